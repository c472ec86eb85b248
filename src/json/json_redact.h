/*
** json_redact.h: removes secrets from the strings of JSON text.
*/
#ifndef HARNEST_JSON_REDACT_H
#define HARNEST_JSON_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/*
** Appends JSON text without the white space between its tokens, and without the secrets in its
** strings (see redact.h): what is no string stays as it is, and so do names of members unless
** `with_names`. The result may be no JSON where a secret begins within an escape. On out of memory
** `out` has failed.
*/
void json_redact(struct buffer *out, const char *text, size_t length, const struct buffer *secrets,
                 bool with_names);

#endif
