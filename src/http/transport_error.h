/*
** transport_error.h: the meaning of an exchange that failed without a complete response.
*/
#ifndef HARNEST_TRANSPORT_ERROR_H
#define HARNEST_TRANSPORT_ERROR_H

#include "base/buffer.h"
#include "http/error_kind.h"
#include "http/proxy.h"
#include "http/transfer.h"

struct transport_error {
  enum error_kind kind;
  bool not_sent;  /* the server did not get the request */
  bool permanent; /* a retry would fail, too */
};

/* Returns what the result of a finished exchange that failed means for the call. */
struct transport_error transport_error_of(const struct transfer *transfer);

/* The reason if the response to a TLS handshake is another protocol, plain HTTP for example. */
#define TRANSPORT_ERROR_NO_TLS \
  "the server does not speak TLS on this port; use http:// or another port"

/* Why a call ended at its deadline. */
enum deadline_wait {
  DEADLINE_IN_EXCHANGE,    /* an exchange was running */
  DEADLINE_FOR_TOKEN,      /* it waited for the token */
  DEADLINE_FOR_SLOT,       /* it waited for a slot of the rate limiter */
  DEADLINE_FOR_CONNECTION, /* it waited for the connection limit, or for a step of the engine */
  DEADLINE_BEFORE_SENDING, /* it was about to be sent */
  DEADLINE_FOR_START       /* the time at which it may be sent is not before the deadline */
};

/*
** Replaces the contents of `reason` with a text about a deadline of `seconds` (CLOCK_NEVER if they
** are unknown) that ended a call after `attempts` attempts were sent.
*/
void transport_error_describe_deadline(struct buffer *reason, double seconds, int attempts,
                                       enum deadline_wait wait);

/*
** Replaces the contents of `reason` with a text that states why a finished exchange failed. `proxy`
** is the one that may have been used; see proxy_of.
*/
void transport_error_describe(const struct transfer *transfer, const struct proxy *proxy,
                              struct buffer *reason);

#endif
