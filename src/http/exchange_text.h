/*
** exchange_text.h: requests, responses and failures as JSON for a cassette (interaction.h), without
** secrets, and without what says only how a body was sent.
*/
#ifndef HARNEST_EXCHANGE_TEXT_H
#define HARNEST_EXCHANGE_TEXT_H

#include "base/buffer.h"
#include "http/transfer.h"
#include "http/transport_error.h"

/*
** Adds what is secret in the request's URL: the values of parameters such as access_token, as they
** are sent and decoded. On out of memory `secrets` has failed.
*/
void exchange_text_add_url_secrets(struct buffer *secrets, const char *url);

/*
** Adds what is secret in a response: the values of the cookies that it sets, but for short ones,
** and of such parameters in URLs. On out of memory `secrets` has failed.
*/
void exchange_text_add_response_secrets(struct buffer *secrets, const struct transfer *transfer);

/*
** Appends the request, whose path is relative to the base URL if it is below it, or below the path
** of `recorded_base_url` (NULL for none), as links without a host are. On out of memory `out` has
** failed, also after the next two functions.
*/
void exchange_text_request(struct buffer *out, const struct transfer_order *order,
                           const char *base_url, const char *recorded_base_url,
                           const struct buffer *secrets);

/* Appends the response of a transfer. */
void exchange_text_response(struct buffer *out, const struct transfer *transfer, long status,
                            const struct buffer *secrets);

/* Appends a failure with its reason. `status` is that of an incomplete response, 0 for none. */
void exchange_text_failure(struct buffer *out, const struct transport_error *error, long status,
                           bool at_deadline, const struct buffer *reason,
                           const struct buffer *secrets);

#endif
