/*
** relocate.h: URLs of the server that a cassette was recorded from, as URLs of the present one,
** since a client follows links on its own server only.
*/
#ifndef HARNEST_RELOCATE_H
#define HARNEST_RELOCATE_H

#include "base/buffer.h"
#include "json/json_scan.h"

/* Two base URLs, without a slash at their end. If `from` is NULL nothing is replaced. */
struct relocation {
  const char *from, *to;
};

/*
** Appends a checked JSON value without the white space between its tokens. Strings that begin with
** `from`, or with its scheme, host and port, begin with those of `to`.
*/
void relocate_json(struct buffer *out, struct json_span value, const struct relocation *relocation);

/* Appends the value of a header field, with the same replacements anywhere in it. */
void relocate_header(struct buffer *out, const char *value, size_t length,
                     const struct relocation *relocation);

#endif
