/*
** recorded_exchange.h: exchanges that a cassette plays in place of the server, or records. Only
** what libcurl would send or has received: the layers above know nothing of it.
*/
#ifndef HARNEST_RECORDED_EXCHANGE_H
#define HARNEST_RECORDED_EXCHANGE_H

#include "cassette/cassette.h"
#include "http/transfer.h"
#include "http/transport_error.h"

/* What a cassette has for a request. */
struct recorded_exchange {
  bool is_found, is_failure;
  long status;                  /* of the response, which is in the transfer unless it failed */
  struct transport_error error; /* of a failure */
  bool at_deadline;             /* the failure ended the call */
};

/*
** Takes the recorded exchange for a request, and puts the response into the closed transfer. If
** there is none, or for a failure, `reason` gets the text. `secrets`, of the request, get those in
** its URL, too. On out of memory `reason` has failed.
*/
struct recorded_exchange recorded_exchange_take(struct cassette *cassette,
                                                const struct transfer_settings *settings,
                                                const struct transfer_order *order,
                                                struct buffer *secrets, struct transfer *transfer,
                                                struct buffer *reason);

/*
** Reserves the place for an exchange that is sent now, in the order of sending. Returns its number;
** 0 if the cassette replays or is discarded. On out of memory the cassette cannot be written.
*/
size_t recorded_exchange_begin(struct cassette *cassette, const struct transfer_order *order,
                               struct buffer *secrets);

/*
** Records the response of a finished transfer, without the secrets. `number` is that of
** recorded_exchange_begin. On out of memory the cassette cannot be written.
*/
void recorded_exchange_end(struct cassette *cassette, size_t number,
                           const struct transfer_order *order, struct buffer *secrets,
                           const struct transfer *transfer, long status);

/* The same for a transfer that failed, with the reason. */
void recorded_exchange_fail(struct cassette *cassette, size_t number,
                            const struct transfer_order *order, struct buffer *secrets,
                            const struct transport_error *error, long status, bool at_deadline,
                            const struct buffer *reason);

#endif
