/*
** request.h: one call with its attempts, backoff, redirects and deadline, until it has a response
** or an error.
**
** The caller owns the memory of a request: zeroed before request_start, and closed by
** request_close, which is allowed at any time. Between the two it must not move, because its
** session and the engine link it. All functions are for the session's thread.
**
** An attempt is one request from the script's view: an attempt that a redirect, or a 304 about
** another state of the resource, sends on counts once.
*/
#ifndef HARNEST_REQUEST_H
#define HARNEST_REQUEST_H

#include <stdint.h>

#include "http/request_order.h"
#include "http/request_state.h"

/* Starts a call. The request reports every error, out of memory too, when it is done. */
void request_start(struct request *request, struct session *session,
                   const struct request_order *order);

/*
** Starts a call that fails at once with `kind` and `reason`, without being sent. `reason` is
** copied.
*/
void request_refuse(struct request *request, struct session *session,
                    const struct request_order *order, enum error_kind kind, const char *reason);

/*
** Makes a request that is done without an error fail with `kind`. It is not retryable. The caller
** sets its reason, if it has one.
*/
void request_set_error(struct request *request, enum error_kind kind);

/* As request_set_error, with `reason`, which is copied. */
void request_reject(struct request *request, enum error_kind kind, const char *reason);

/* Stops a request in any state and frees what it owns. It is zeroed then. */
void request_close(struct request *request);

/*
** Adds an event to the session's trace: the response is a page of a list with so many resources.
** `total` is what the server states for all pages; -1 for nothing.
*/
void request_trace_page(struct request *request, size_t resources, int64_t total);

/* Makes a request that is not done fail with kind cancelled and `reason`, which is copied. */
void request_cancel(struct request *request, const char *reason);

/* Makes all requests of a session that are not done fail with kind cancelled. */
void request_cancel_all(struct session *session);

/*
** Returns the key, in the cache, of the first request that waits for the store; NULL if there is
** none. Valid until the next call for this session.
*/
const char *request_asked_key(struct session *session);

/* Gives that request the store's answer: its record (NULL for none), and its count of writes. */
void request_answer_store(struct session *session, const struct cache_record *record,
                          double writes);

/* Sends the requests that waited for the token, or makes them fail if the session has none. */
void request_resume_after_token(struct session *session);

/*
** After a fork, handles in the child the requests that were started in the parent, which continues
** them. Safe ones are sent again. The others fail with kind cancelled, because they must not be
** executed twice; their outcome is unknown, sent or not, since the parent may send them later. Must
** be called before a wait for a request of the session. Does nothing without a fork.
*/
void request_adopt(struct session *session);

/* Sends the requests that are due now, and processes those that have ended. Never waits. */
void request_send_due(struct engine *engine);

/*
** Waits for the engine for at most `seconds`, and processes the requests of all sessions that it
** has finished.
*/
void request_step(struct engine *engine, double seconds);

#endif
