/*
** response_headers.h: the fields of an answer's head. A head is a buffer of "name: value", each ended by NUL, the names in lower case
** and the space around the values gone; whoever has the buffer owns what is read here.
*/
#ifndef HARNEST_RESPONSE_HEADERS_H
#define HARNEST_RESPONSE_HEADERS_H

#include "base/buffer.h"

/*
** Takes one line of a head in, as it came; a status line begins another answer (after a 100, say). `*ended` is set when the
** empty line behind the fields comes. False, nothing of the line being kept, when there is no room.
*/
bool response_headers_take(struct buffer *head, bool *ended, const char *line, size_t length);

/* Walks the fields: start with *position 0; false at the end. */
bool response_headers_next(const struct buffer *head, size_t *position, const char **name,
                           size_t *name_length, const char **value);

/* The value of a field, its name in lower case; NULL when there is none. The first of several. */
const char *response_headers_value(const struct buffer *head, const char *name);

/*
** The values of all fields of that name, with ", " between (RFC 9110, 5.3), put into an empty buffer; NULL when there
** is none, or without memory.
*/
const char *response_headers_join(const struct buffer *head, const char *name,
                                  struct buffer *joined);

#endif
