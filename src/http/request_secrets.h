/*
** request_secrets.h: the secrets of a request, which texts about it must not show.
*/
#ifndef HARNEST_REQUEST_SECRETS_H
#define HARNEST_REQUEST_SECRETS_H

#include "base/buffer.h"
#include "http/request_state.h"

/*
** Initializes `secrets` with the secrets of the request for redact: those that it sent last, or
** that it will send. Caller wipes it.
*/
void request_secrets(const struct request *request, struct buffer *secrets);

/*
** Initializes `url` and puts the request's URL into it, with the secrets of request_secrets
** redacted. Returns the text, owned by `url`, or "" on out of memory. Caller frees `url`.
*/
const char *request_redacted_url(const struct request *request, const struct buffer *secrets,
                                 struct buffer *url);

#endif
