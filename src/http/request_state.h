/*
** request_state.h: the fields of a request, its state, and what it holds in a state: a place in a
** queue, a timer, a slot of the rate limiter. See request.h for the life of a request.
*/
#ifndef HARNEST_REQUEST_STATE_H
#define HARNEST_REQUEST_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/uuid.h"
#include "http/error_kind.h"
#include "http/request_queue.h"
#include "http/revalidate.h"
#include "http/session.h"
#include "http/transfer.h"
#include "http/transport_error.h"
#include "net/engine.h"

enum request_state {
  REQUEST_IDLE,
  REQUEST_WAITING_FOR_TOKEN, /* until request_resume_after_token */
  REQUEST_WAITING_FOR_STORE, /* of the cache, until request_answer_store */
  REQUEST_WAITING_FOR_SLOT,  /* of the rate limiter */
  REQUEST_SENT,              /* the engine has it; it may still wait for its time or a connection */
  REQUEST_DONE
};

struct request {
  struct transfer transfer;         /* of the last attempt */
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

static inline bool request_is_done(const struct request *request) {
  return request->state == REQUEST_DONE;
}

/* Returns the request to which a link belongs. */
static inline struct request *request_of_link(struct request_link *link) {
  return (struct request *)(void *)((char *)link - offsetof(struct request, link));
}

/* Returns the request to which a deadline timer belongs. */
static inline struct request *request_of_timer(struct engine_job *timer) {
  return (struct request *)(void *)((char *)timer - offsetof(struct request, deadline_timer));
}

/* Returns the request to which a transfer belongs. */
static inline struct request *request_of_transfer(struct transfer *transfer) {
  return (struct request *)(void *)((char *)transfer - offsetof(struct request, transfer));
}

/* Returns the first request of a queue; NULL if it is empty. */
static inline struct request *request_first(const struct request_queue *queue) {
  return queue->first != NULL ? request_of_link(queue->first) : NULL;
}

/*
** Sets the state and moves the request to the queue of that state. Stops the timer of a request
** that was waiting.
*/
void request_set_state(struct request *request, enum request_state state);

/*
** Makes the request wait in `state`; the engine finishes its timer at its deadline. Returns false
** if there is no engine to do that.
*/
bool request_wait(struct request *request, enum request_state state);

/*
** Sets the time of the next transfer: after `wait` seconds, and not before the time that the server
** stated and that the rate limiter allows. Returns false if the rate limiter has no slot.
*/
bool request_take_slot(struct request *request, double wait);

/* Gives up the slot of the rate limiter, if the request has one. */
void request_release_slot(struct request *request);

/* Replaces the reason by an excerpt of a text of `length` bytes. */
void request_set_reason(struct request *request, const char *reason, size_t length);

/* Replaces the reason by a text about the deadline. */
void request_set_deadline_reason(struct request *request, enum deadline_wait wait);

#endif
