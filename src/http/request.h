/*
** request.h: one call: its attempts, backoff, redirects and deadline, until an answer or a failure stands. No Lua in it.
**
** A request is memory of its user's, zeroed before request_start and ended by request_close, which may come at any
** time. Between the two it must not move: its session and the engine link it.
*/
#ifndef HARNEST_REQUEST_H
#define HARNEST_REQUEST_H

#include "base/buffer.h"
#include "base/uuid.h"
#include "http/error_kind.h"
#include "http/revalidate.h"
#include "http/session.h"
#include "http/transfer.h"

/* What to ask. All of it is copied. */
struct request_order {
  const char *method;
  const char *url;                   /* absolute, on the session's origin */
  const struct curl_slist *headers;  /* of this call alone */
  const char *accept, *content_type; /* header lines in place of the session's; NULL for those */
  const char *body;                  /* NULL for none */
  size_t body_length;
  double delay;    /* seconds to wait before it is sent */
  double deadline; /* clock_now() time, CLOCK_NEVER for none */
  bool repeatable; /* sending it twice does what sending it once does */
  bool
      not_found_is_success; /* a 404 that answers a repetition tells that an attempt before did it */
};

/* Parked: waits for a token. Paced: waits for a place in the pace. */
enum request_state { REQUEST_IDLE, REQUEST_PARKED, REQUEST_PACED, REQUEST_SENT, REQUEST_DONE };

struct request {
  struct transfer
      transfer; /* first: a transfer that comes back from the engine is known as its request */
  struct session *session;         /* NULL while idle */
  struct request *previous, *next; /* among the session's requests that are not done */
  enum request_state state;
  pid_t process;      /* that it was begun in, or adopted by */
  char *method, *url; /* the url is the last one asked, after redirects */
  struct curl_slist *headers;
  struct buffer body;
  double deadline;
  bool repeatable, not_found_is_success;
  bool outcome_unknown; /* an attempt of a write broke off: the server may have done it */
  int attempts, redirects;
  char request_id[UUID_LENGTH +
                  1]; /* X-Request-Id of all attempts; "" when the caller sends its own */
  int quota;          /* what the last repetition took of the session's */
  bool quota_spent;   /* there was no more of it */
  bool has_place;     /* in the session's pace */
  size_t place;
  double start;              /* when the attempt may be sent */
  uint64_t turn;             /* its number among the session's requests */
  unsigned token_generation; /* of the token that was sent last */
  bool token_renewed;        /* a 401 has been answered by a new token already */

  struct revalidation revalidation;
  struct transfer_facts facts; /* of the last attempt */
  enum error_kind failure;     /* ERROR_NONE: the answer in `transfer` stands */
  struct buffer reason;        /* what broke, when `failure` did not come from a status */
  double retry_after;          /* seconds the server asked to wait; negative when it did not */
};

/* Begins a call. Whatever goes wrong from here on is told by the request when it is done. */
void request_start(struct request *request, struct session *session,
                   const struct request_order *order);

/* Begins a call that fails at once with `kind` for `reason`, without being sent. */
void request_refuse(struct request *request, struct session *session,
                    const struct request_order *order, enum error_kind kind, const char *reason);

/* Makes a done, successful request a failed one of `kind`: its response cannot be used for `reason`. */
void request_reject(struct request *request, enum error_kind kind, const char *reason);

/* Ends a request wherever it is and frees what it holds. */
void request_close(struct request *request);

/* Whether its method only reads, so that doing it twice changes nothing. */
bool request_is_read(const struct request *request);

/* The token that was sent with it last, "" without one: for redact. */
const char *request_token(const struct request *request);

/* Puts the request's URL into `url`, which it inits, without the token; the text, or "" without memory. */
const char *request_shown_url(const struct request *request, struct buffer *url);

/* Ends a request that is not done with kind cancelled, for `reason`. */
void request_cancel(struct request *request, const char *reason);

/* Ends all requests of a session with kind cancelled. */
void request_cancel_all(struct session *session);

/* Sends what waited for a token that the session has now, or fails it when there is none. */
void request_unpark(struct session *session);

/*
** Takes on what was under way when the process forked, which goes on in the parent alone: reads are sent again, and
** writes, which must not be done twice, fail with kind cancelled. To be called before a session's requests are waited for.
*/
void request_adopt(struct session *session);

/* Waits no longer than `seconds` for the engine and carries on all requests that it serves. */
void request_step(struct engine *engine, double seconds);

static inline bool request_is_done(const struct request *request) {
  return request->state == REQUEST_DONE;
}

#endif
