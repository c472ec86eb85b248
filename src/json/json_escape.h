/*
** json_escape.h: escapes in the strings of JSON text (RFC 8259, 7).
*/
#ifndef HARNEST_JSON_ESCAPE_H
#define HARNEST_JSON_ESCAPE_H

#include <stddef.h>

/*
** Returns the length of the escape at `at`, which is a backslash before `end`; of the two of a
** surrogate pair, that of both. Returns 0 if it is malformed; then sets `problem` to a literal.
*/
size_t json_escape_length(const char *at, const char *end, const char **problem);

#endif
