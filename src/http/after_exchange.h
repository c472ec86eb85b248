/*
** after_exchange.h: what follows an exchange of a request: it is sent again, as a retry, after a
** redirect or with a new token, or it ends. Decides that, and updates the request; sends nothing.
*/
#ifndef HARNEST_AFTER_EXCHANGE_H
#define HARNEST_AFTER_EXCHANGE_H

#include <stdbool.h>

#include "http/error_kind.h"
#include "http/request_state.h"
#include "http/transport_error.h"

struct next_step {
  bool is_sent_again;
  double wait;           /* seconds, before it is sent again */
  enum error_kind error; /* if it ends, with the reason set; KIND_NONE: with the response */
};

/* Processes a transfer that the engine has finished. */
struct next_step after_exchange(struct request *request);

/* Processes a complete response, whose status is in the facts. */
struct next_step after_response(struct request *request);

/*
** Processes an exchange without a complete response, whose reason is set. `never_started`: it is
** not counted as an attempt; `at_deadline`: the deadline ended it.
*/
struct next_step after_transport_error(struct request *request, struct transport_error error,
                                       bool never_started, bool at_deadline);

/*
** Whether a failed request may be repeated without being executed twice. `not_executed`: the last
** attempt was not.
*/
bool request_is_safe_to_repeat(const struct request *request, bool not_executed);

/*
** Whether a failed request is a write that the server may have executed, in any attempt. That
** includes a response with a success status that cannot be read.
*/
bool request_outcome_is_unknown(const struct request *request);

#endif
