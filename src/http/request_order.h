/*
** request_order.h: what a request sends: its copy of the caller's order, and the order of a
** transfer that is made from that.
*/
#ifndef HARNEST_REQUEST_ORDER_H
#define HARNEST_REQUEST_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "http/proxy.h"
#include "http/request_state.h"

/* What to send. request_start copies all of it. */
struct request_order {
  const char *method;
  const char *url;                   /* absolute, on the session's origin */
  const struct curl_slist *headers;  /* of this call alone; may be NULL */
  const char *accept, *content_type; /* header lines in place of the session's; may be NULL */
  const char *body;                  /* NULL for none */
  size_t body_length;
  double delay;              /* seconds to wait before the first attempt */
  double deadline;           /* clock_now() time, CLOCK_NEVER for none */
  bool repeatable;           /* idempotent: sending it twice has the effect of sending it once */
  bool not_found_is_success; /* if a retry gets 404, an earlier attempt had its effect */
};

/* Fills a zeroed request from its order. Returns false on out of memory. */
bool request_prepare(struct request *request, struct session *session,
                     const struct request_order *order);

/* Returns the order of its next transfer, which refers to the request and its session. */
struct transfer_order request_transfer_order(const struct request *request);

/*
** Changes the method to a safe one, which is sent without a body. Returns false on out of memory.
*/
bool request_change_method(struct request *request, const char *method);

/* Whether its method is safe (RFC 9110, 9.2.1), so that the server changes nothing. */
bool request_is_safe(const struct request *request);

/* Returns the X-Request-Id of the request, its own or the caller's; NULL if it has none. */
const char *request_id_sent(const struct request *request);

/* Returns the proxy through which the request may be sent; see proxy_of. */
struct proxy request_proxy(const struct request *request);

#endif
