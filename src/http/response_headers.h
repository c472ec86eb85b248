/*
** response_headers.h: the header fields of a response. They are stored in a buffer as "name:
** value", each with a NUL at its end, with names in lower case and values without space around
** them. Strings returned point into the buffer.
*/
#ifndef HARNEST_RESPONSE_HEADERS_H
#define HARNEST_RESPONSE_HEADERS_H

#include "base/buffer.h"

/* How much of the headers has arrived. */
enum response_headers_state {
  RESPONSE_HEADERS_BEGIN, /* the last line was no field */
  RESPONSE_HEADERS_FIELD, /* the last field in the buffer may continue in the next line */
  RESPONSE_HEADERS_END    /* the empty line after the fields; what follows are trailers */
};

/*
** Stores one line as the server sent it, and updates `state`, which is BEGIN at first. A status
** line clears the buffer: it begins another response, for example after a 100. A line that begins
** with a space continues the field before (RFC 9112, 5.2). Trailers are dropped. Returns false, and
** stores nothing of the line, if the buffer is full or on out of memory.
*/
bool response_headers_add(struct buffer *headers, enum response_headers_state *state,
                          const char *line, size_t length);

/* Iterates over the fields; start with *position 0. Returns false at the end. */
bool response_headers_next(const struct buffer *headers, size_t *position, const char **name,
                           size_t *name_length, const char **value);

/*
** Returns the value of the first field with this name, which is in lower case; NULL if there is
** none.
*/
const char *response_headers_value(const struct buffer *headers, const char *name);

/*
** Joins the values of all fields with this name by ", " (RFC 9110, 5.3) in the empty buffer
** `joined`. Returns the text, owned by `joined`; NULL if there is none or on out of memory.
*/
const char *response_headers_join(const struct buffer *headers, const char *name,
                                  struct buffer *joined);

#endif
