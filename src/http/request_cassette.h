/*
** request_cassette.h: the exchanges of a request that its session's cassette records, or plays in
** place of the server.
*/
#ifndef HARNEST_REQUEST_CASSETTE_H
#define HARNEST_REQUEST_CASSETTE_H

#include <stdbool.h>

#include "http/recorded_exchange.h"
#include "http/request_state.h"
#include "http/transport_error.h"

/* Reserves a place in the cassette, if there is one, for an exchange that is sent now. */
void request_cassette_begin(struct request *request, const struct transfer_order *order);

/*
** Records a transfer that ended, with the reason if it failed; `error` is NULL if it did not. The
** server has no part in a lack of memory, so a cassette with that would be wrong.
*/
void request_cassette_end(struct request *request, const struct transport_error *error,
                          bool at_deadline);

/*
** Makes the recorded exchange that of the request: its response, status and reason. The reason also
** says why there is none, on out of memory too.
*/
struct recorded_exchange request_cassette_play(struct request *request,
                                               const struct transfer_order *order);

#endif
