/*
** secrets.h: the secrets in the header lines of a request, which redact.h removes from texts.
*/
#ifndef HARNEST_SECRETS_H
#define HARNEST_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct curl_slist; /* of libcurl; see header_list.h */

/*
** Whether a field with this name, of `length` bytes in a header line, has a secret value.
*/
bool secrets_is_name(const char *name, size_t length);

/*
** Appends the secrets of one header line, each with a NUL at its end. On out of memory the buffer's
** `failed` is set.
**
** Of Authorization: the credentials after the scheme, the values of their parameters, and the
** password of Basic. Of other fields whose name contains authorization, cookie, key, secret or
** token: the whole value too. Idempotency-Key is no secret.
*/
void secrets_add_line(struct buffer *secrets, const char *line);

/* Appends the secrets of all lines. */
void secrets_add_lines(struct buffer *secrets, const struct curl_slist *lines);

#endif
