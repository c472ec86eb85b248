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

#include "base/buffer.h"
#include "base/uuid.h"
#include "http/error_kind.h"
#include "http/proxy.h"
#include "http/revalidate.h"
#include "http/session.h"
#include "http/transfer.h"

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

enum request_state {
  REQUEST_IDLE,
  REQUEST_WAITING_FOR_TOKEN, /* until request_resume_after_token */
  REQUEST_WAITING_FOR_STORE, /* of the cache, until request_answer_store */
  REQUEST_WAITING_FOR_SLOT,  /* of the rate limiter */
  REQUEST_SENT,              /* the engine has it; it may still wait for its time or a connection */
  REQUEST_DONE
};

struct request {
  struct transfer transfer;         /* first: request_step finds the request by its transfer */
  struct engine_job deadline_timer; /* pending while the request waits for a token or a slot */
  struct engine *timer_engine;      /* that has the timer; a reference, NULL if there is no timer */
  struct session *session;          /* NULL while idle; not owned */
  struct request_link link;         /* in the queue for its state; in none if idle or done */
  enum request_state state;
  long process;               /* in which it was started, or which adopted it */
  char *method, *url;         /* owned; the URL is that of the last redirect */
  struct curl_slist *headers; /* owned */
  struct buffer body;
  double deadline; /* clock_now() time */
  double begun;    /* clock_now() time */
  double seconds;  /* from then to its end, if it failed */
  bool repeatable, not_found_is_success;
  bool outcome_unknown;   /* an attempt of a write failed after the server may have executed it */
  bool retryable;         /* it failed, may succeed later, and repeating it then is safe */
  int attempts;           /* attempts that were sent */
  bool continues_attempt; /* the next transfer is not a new attempt */
  bool is_new_attempt;    /* the last transfer was one */
  int redirects;          /* redirects that were followed */
  char request_id[UUID_LENGTH + 1]; /* X-Request-Id of all attempts; "" if the caller sets one */
  int quota;                        /* tokens of the retry quota that the last retry took */
  bool quota_spent;                 /* a retry was not made because the quota had too few tokens */
  size_t recording;                 /* its number in the session's cassette; 0 for none */
  bool has_slot;                    /* of the rate limiter */
  double start;                     /* clock_now() time from which the attempt may be sent */
  unsigned token_generation;        /* of the token that was sent last */
  bool token_renewed;               /* the token was already renewed after a 401 */

  struct revalidation revalidation;
  struct transfer_facts facts; /* of the last attempt; zeroed when an attempt begins */
  enum error_kind error;       /* KIND_NONE: `transfer` has the response */
  struct buffer reason;        /* text for an error that is not from a status */
  double retry_after;          /* seconds that the server asked to wait; negative for none */
};

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
** Whether a failed request is a write that the server may have executed, in any attempt. That
** includes a response with a success status that cannot be read.
*/
bool request_outcome_is_unknown(const struct request *request);

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

/* Returns the X-Request-Id of the request, its own or the caller's; NULL if it has none. */
const char *request_id_sent(const struct request *request);

/*
** Adds an event to the session's trace: the response is a page of a list with so many resources.
** `total` is what the server states for all pages; -1 for nothing.
*/
void request_trace_page(struct request *request, size_t resources, int64_t total);

/* Returns the proxy through which the request may be sent; see proxy_of. */
struct proxy request_proxy(const struct request *request);

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

static inline bool request_is_done(const struct request *request) {
  return request->state == REQUEST_DONE;
}

#endif
