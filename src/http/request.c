/*
** request.c: one call with its attempts: sends them, and ends it.
*/
#include "http/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/after_exchange.h"
#include "http/header_list.h"
#include "http/request_cassette.h"
#include "http/request_refusal.h"
#include "http/request_trace.h"
#include "http/retry.h"
#include "system.h"

#define REQUEST_TOO_LONG                                                                         \
  "the URL and headers of a request must not exceed 1,000,000 bytes together; send long values " \
  "in "                                                                                          \
  "the body or in several requests"
#define REQUEST_DRY_RUN "not sent: the option dry_run is set"
#define REQUEST_CLOSED "the client was closed"

static void send_attempt(struct request *request, double wait);

/* ------------------------------------------------------------------- slots of the rate limiter */

/*
** Returns the first request of a queue that clients share; NULL if it is empty. After a fork, first
** adopts those of its client, which may leave the queue.
*/
static struct request *first_adopted(const struct request_queue *queue) {
  struct request *request;
  while ((request = request_first(queue)) != NULL && request->process != system_process())
    request_adopt(request->session);
  return request;
}

/*
** Sends requests that wait for a slot while there are slots. A request that fails here does not
** start another fill. `pace` is NULL for a closed client.
*/
static void fill_slots(struct pace *pace) {
  if (pace == NULL || pace->is_filling_slots) return;
  pace->is_filling_slots = true;
  for (struct request *request; (request = first_adopted(&pace->waiting)) != NULL &&
                                rate_limiter_has_slot(&pace->rate_limiter);)
    send_attempt(request, 0);
  pace->is_filling_slots = false;
}

/* ------------------------------------------------------------------- ends */

/* Notes that the response is from the cache. */
static void note_cached(struct request *request) {
  request->facts = (struct transfer_facts){.status = 200};
  buffer_clear(&request->reason);
  request_trace_add(
      request, (struct request_trace){.event = REQUEST_TRACE_CACHED, .attempt = request->attempts});
}

/*
** Makes a response from the cache that of a request that the server failed to answer (RFC 5861, 4).
** Returns whether there is one.
*/
static bool use_stale(struct request *request, enum error_kind error) {
  bool is_outage = error == KIND_NETWORK || error == KIND_TIMEOUT || error == KIND_SERVER_ERROR ||
                   error == KIND_UNAVAILABLE;
  if (!is_outage ||
      !revalidate_use_stale(&request->revalidation, request->session, &request->transfer))
    return false;
  note_cached(request);
  return true;
}

void request_set_error(struct request *request, enum error_kind kind) {
  request->error = kind;
  request->seconds = clock_now() - request->begun;
}

/* Ends the request, with its response if `error` is KIND_NONE. */
static void finish(struct request *request, enum error_kind error) {
  struct session *session = request->session;
  bool is_stale = use_stale(request, error);
  if (is_stale) error = KIND_NONE;
  if (error != KIND_NONE) request_set_error(request, error);
  request_set_state(request, REQUEST_DONE);
  revalidate_end(&request->revalidation);
  request_release_slot(request);
  if (error == KIND_NONE && !is_stale) retry_quota_give(&session->pace->quota, request->quota);
  fill_slots(session->pace);
}

/* Ends the request with an error and its reason. */
static void fail(struct request *request, enum error_kind kind, const char *reason) {
  request_set_reason(request, reason, strlen(reason));
  finish(request, kind);
}

/* Ends the request at its deadline, which it reached in `wait`. */
static void fail_at_deadline(struct request *request, enum deadline_wait wait) {
  request_set_deadline_reason(request, wait);
  request->retryable = request_is_safe_to_repeat(request, true);
  finish(request, KIND_TIMEOUT);
}

/* Ends a request that still waits for a token or a slot at its deadline. */
static void fail_waiting(struct request *request) {
  enum request_state state = request->state;
  fail_at_deadline(request, state == REQUEST_WAITING_FOR_TOKEN  ? DEADLINE_FOR_TOKEN
                            : state == REQUEST_WAITING_FOR_SLOT ? DEADLINE_FOR_SLOT
                                                                : DEADLINE_BEFORE_SENDING);
}

/* ------------------------------------------------------------------- sending */

/* Notes that an attempt begins, or goes on. */
static void begin_attempt(struct request *request) {
  request->is_new_attempt = !request->continues_attempt;
  if (request->is_new_attempt) request->attempts++;
  request->continues_attempt = false;
  request->session->counts.requests++;
  request_trace_add(
      request, (struct request_trace){.event = REQUEST_TRACE_SENT, .attempt = request->attempts});
}

/* Submits the request to the engine. A dry run ends before, with the trace of the whole request. */
static void submit(struct request *request, const struct transfer_order *order) {
  struct session *session = request->session;
  struct engine *engine = session_engine(session);
  if (request->deadline <= request->start) {
    bool passed = request->deadline <= clock_now();
    fail_at_deadline(request, passed ? DEADLINE_BEFORE_SENDING : DEADLINE_FOR_START);
    return;
  }
  if (transfer_is_too_long(&session->transfer, order)) {
    fail(request, KIND_REFUSED, REQUEST_TOO_LONG);
    return;
  }
  if (engine == NULL || !transfer_open(&request->transfer, engine, &session->transfer, order)) {
    fail(request, KIND_REFUSED,
         engine == NULL && system_lacks_sockets() ? ERROR_NO_DESCRIPTORS : ERROR_NO_MEMORY);
    return;
  }
  if (session->dry_run) {
    request_trace_add(request, (struct request_trace){.event = REQUEST_TRACE_SENT, .attempt = 1});
    fail(request, KIND_REFUSED, REQUEST_DRY_RUN);
    return;
  }
  request_set_state(request, REQUEST_SENT);
  request->token_generation = session->credentials->generation;
  request_cassette_begin(request, order);
  begin_attempt(request);
  session_lend_body(session, &request->transfer.body);
  transfer_submit(&request->transfer, session_limit(session), request->start, request->deadline);
}

/* Takes the next step after an exchange. */
static void proceed(struct request *request, struct next_step next) {
  if (next.is_sent_again)
    send_attempt(request, next.wait);
  else
    finish(request, next.error);
}

/* Answers the request from the cassette, at once. */
static void replay(struct request *request, const struct transfer_order *order) {
  begin_attempt(request);
  struct recorded_exchange recorded = request_cassette_play(request, order);
  if (!recorded.is_found) {
    finish(request, KIND_REFUSED);
    return;
  }
  revalidate_after(request->session, request->method, recorded.status);
  if (recorded.is_failure)
    proceed(request, after_transport_error(request, recorded.error, false, recorded.at_deadline));
  else
    proceed(request, after_response(request));
}

/* Makes the request wait in `state`, at most until its deadline. */
static void wait_in(struct request *request, enum request_state state) {
  if (!request_wait(request, state)) fail(request, KIND_REFUSED, ERROR_NO_MEMORY);
}

/*
** Sends the request after `wait` seconds, makes it wait for a token or a slot, or makes it fail.
** First clears the facts of the previous transfer, so that they cannot describe this one.
*/
static void send_attempt(struct request *request, double wait) {
  struct session *session = request->session;
  enum error_kind error;
  request_release_slot(request);
  transfer_close(&request->transfer);
  request->facts = (struct transfer_facts){.status = 0};
  request->retry_after = -1;
  if (session->engine == NULL) {
    fail(request, KIND_CANCELLED, REQUEST_CLOSED);
    return;
  }
  if (session->credentials->wanted && !session_replays(session)) {
    wait_in(request, REQUEST_WAITING_FOR_TOKEN);
    return;
  }
  const char *problem = request_refusal(request, &error);
  if (problem != NULL) {
    fail(request, error, problem);
    return;
  }
  struct transfer_order order = request_transfer_order(request);
  if (revalidate_asks_store(&request->revalidation, session, &order)) {
    wait_in(request, REQUEST_WAITING_FOR_STORE);
  } else if (revalidate_begin(&request->revalidation, session, &order, &request->transfer)) {
    note_cached(request);
    finish(request, KIND_NONE);
  } else if (session_replays(session) && !session->dry_run) {
    replay(request, &order);
  } else if (request_take_slot(request, wait)) {
    submit(request, &order);
  } else {
    wait_in(request, REQUEST_WAITING_FOR_SLOT);
  }
}

/* ------------------------------------------------------------------- start, end, cancel */

void request_start(struct request *request, struct session *session,
                   const struct request_order *order) {
  request_adopt(session);
  if (!request_prepare(request, session, order)) {
    fail(request, KIND_REFUSED, ERROR_NO_MEMORY);
    return;
  }
  /* the token function may have returned none the last time */
  struct credentials *credentials = session->credentials;
  bool asks = credentials != NULL && credentials->source == CREDENTIALS_FUNCTION;
  if (asks && credentials->authorization.length == 0) credentials->wanted = true;
  send_attempt(request, order->delay);
}

void request_refuse(struct request *request, struct session *session,
                    const struct request_order *order, enum error_kind kind, const char *reason) {
  fail(request, request_prepare(request, session, order) ? kind : KIND_REFUSED, reason);
}

void request_reject(struct request *request, enum error_kind kind, const char *reason) {
  request_set_error(request, kind);
  request_set_reason(request, reason, strlen(reason));
}

void request_trace_page(struct request *request, size_t resources, int64_t total) {
  request_trace_add(request, (struct request_trace){.event = REQUEST_TRACE_PAGE,
                                                    .attempt = request->attempts,
                                                    .resources = resources,
                                                    .total = total});
}

void request_close(struct request *request) {
  if (request->session == NULL) return;
  struct session *session = request->session;
  bool was_sent = request->state == REQUEST_SENT;
  if (request->state != REQUEST_DONE) session_wake(session);
  request_set_state(request, REQUEST_IDLE);
  request_release_slot(request);
  if (was_sent) revalidate_after(session, request->method, 0);
  revalidate_end(&request->revalidation);
  transfer_close(&request->transfer);
  free(request->method);
  free(request->url);
  header_list_wipe(request->headers);
  buffer_free(&request->body);
  buffer_free(&request->reason);
  memset(request, 0, sizeof *request);
  fill_slots(session->pace);
}

void request_cancel(struct request *request, const char *reason) {
  transfer_stop(&request->transfer);
  bool sent = request->state == REQUEST_SENT && transfer_was_sent(&request->transfer);
  bool is_inherited = request->process != system_process(); /* the parent may still send it */
  if ((sent || is_inherited) && !request_is_safe(request)) request->outcome_unknown = true;
  if (request->state == REQUEST_SENT) revalidate_after(request->session, request->method, 0);
  transfer_close(&request->transfer);
  fail(request, KIND_CANCELLED, reason);
}

/* Cancels the requests of a session in a queue, which others may share. */
static void cancel_in(const struct request_queue *queue, const struct session *session) {
  for (struct request_link *link = queue->first, *next; link != NULL; link = next) {
    next = link->next;
    if (request_of_link(link)->session == session)
      request_cancel(request_of_link(link), REQUEST_CLOSED);
  }
}

void request_cancel_all(struct session *session) {
  struct pace *pace = session->pace;
  if (session->engine == NULL) return; /* closed, or never opened */
  bool was_filling = pace->is_filling_slots;
  pace->is_filling_slots = true; /* no request gets the slot of another one that is cancelled */
  cancel_in(&pace->waiting, session);
  cancel_in(&session->credentials->waiting, session);
  cancel_in(&session->store.asking, session);
  cancel_in(&session->sent, session);
  pace->is_filling_slots = was_filling;
  fill_slots(pace);
  session_wake(session);
}

/* ------------------------------------------------------------------- what Lua answers */

void request_resume_after_token(struct session *session) {
  request_adopt(session);
  /* reads the first again each time, because a request that fails may end other requests */
  for (struct request *request;
       (request = first_adopted(&session->credentials->waiting)) != NULL;) {
    send_attempt(request, 0);
    if (request->state == REQUEST_WAITING_FOR_TOKEN) break;
  }
  session_wake(session); /* some may have failed */
}

const char *request_asked_key(struct session *session) {
  request_adopt(session);
  const struct request *request = request_first(&session->store.asking);
  return request != NULL ? request->revalidation.key.bytes : NULL;
}

void request_answer_store(struct session *session, const struct cache_record *record,
                          double writes) {
  request_adopt(session);
  struct request *request = request_first(&session->store.asking);
  if (request == NULL) return;
  revalidate_take_answer(&request->revalidation, session, record, writes);
  send_attempt(request, 0);
  session_wake(session); /* it may be done */
}

/* ------------------------------------------------------------------- after a fork */

/* Continues a request of the parent process, or makes it fail. */
static void adopt(struct request *request) {
  request->process = request->session->process;
  if (!request_is_safe(request)) {
    transfer_close(&request->transfer);
    revalidate_after(request->session, request->method, 0);
    request->outcome_unknown = true;
    fail(request, KIND_CANCELLED,
         "the process forked, and the parent process continues this request");
  } else if (request->state == REQUEST_SENT) {
    request->continues_attempt = true;
    send_attempt(request, 0);
  } else {
    wait_in(request, request->state);
  }
}

/* Moves the requests of the session that another process started to `inherited`. */
static void move_inherited(struct request_queue *inherited, const struct request_queue *queue,
                           const struct session *session) {
  for (struct request_link *link = queue->first, *next; link != NULL; link = next) {
    next = link->next;
    const struct request *request = request_of_link(link);
    if (request->session != session || request->process == session->process) continue;
    request_queue_remove(link);
    request_queue_insert(inherited, link);
  }
}

void request_adopt(struct session *session) {
  struct request_queue inherited = {.first = NULL};
  session_notice_fork(session);
  if (!session->forked) return;
  session->forked = false;
  struct pace *pace = session->pace;
  if (pace == NULL) return; /* closed: all its requests are done */
  bool was_filling = pace->is_filling_slots;
  pace->is_filling_slots = true; /* requests that wait for a slot are among them */
  move_inherited(&inherited, &session->sent, session);
  move_inherited(&inherited, &session->credentials->waiting, session);
  move_inherited(&inherited, &pace->waiting, session);
  move_inherited(&inherited, &session->store.asking, session);
  for (struct request *request; (request = request_first(&inherited)) != NULL;) adopt(request);
  pace->is_filling_slots = was_filling;
  fill_slots(pace);
}

/* ------------------------------------------------------------------- steps of the engine */

/* Handles the jobs that have ended. */
static void take_jobs(struct engine *engine) {
  for (struct engine_job *job; (job = engine_take(engine)) != NULL;) {
    if (job->easy == NULL) {
      fail_waiting(request_of_timer(job));
    } else {
      struct request *request = request_of_transfer(transfer_of(job));
      proceed(request, after_exchange(request));
    }
  }
}

void request_send_due(struct engine *engine) {
  engine_send_due(engine);
  take_jobs(engine);
}

void request_step(struct engine *engine, double seconds) {
  engine_step(engine, seconds);
  take_jobs(engine);
}
