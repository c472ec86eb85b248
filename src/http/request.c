/*
** request.c: one call with its attempts. Decides what is sent again, and when.
*/
#include "http/request.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/excerpt.h"
#include "base/redact.h"
#include "http/header_list.h"
#include "http/method.h"
#include "http/rate_limit_headers.h"
#include "http/recorded_exchange.h"
#include "http/redirect.h"
#include "http/request_trace.h"
#include "http/retry.h"
#include "http/secrets.h"
#include "http/transport_error.h"
#include "http/url.h"
#include "system.h"

#define REQUEST_REASON_MAXIMUM 1024
#define REQUEST_ID "X-Request-Id"
#define REQUEST_TOO_LONG                                                                         \
  "the URL and headers of a request must not exceed 1,000,000 bytes together; send long values " \
  "in "                                                                                          \
  "the body or in several requests"
#define REQUEST_DRY_RUN "not sent: the option dry_run is set"
#define REQUEST_PLAIN_REFUSED(secret) \
  "the " secret " is not sent over plain http; use https (or the option insecure, if you must)"

static void send_attempt(struct request *request, double wait);
static void trace(struct request *request, struct request_trace event);

/* ------------------------------------------------------------------- the deadline timer */

/* The `dispose` of a timer: its memory is a part of the request. */
static void keep_timer(struct engine_job *timer) {
  (void)timer;
}

/* Makes the engine finish the request's timer at its deadline. */
static void start_timer(struct request *request, struct engine *engine) {
  request->timer_engine = engine_hold(engine);
  request->deadline_timer =
      (struct engine_job){.not_after = request->deadline, .dispose = keep_timer};
  engine_submit(engine, &request->deadline_timer);
}

/*
** Stops the timer if there is one. After a fork the parent's engine has it, and must not be used
** here.
*/
static void stop_timer(struct request *request) {
  struct engine *engine = request->timer_engine;
  if (engine == NULL) return;
  if (!engine_is_inherited(engine)) engine_discard(engine, &request->deadline_timer);
  request->timer_engine = NULL;
  engine_release(engine);
}

static struct request *request_of_timer(struct engine_job *timer) {
  return (struct request *)(void *)((char *)timer - offsetof(struct request, deadline_timer));
}

/* ------------------------------------------------------------------- states */

static struct request *request_of_link(struct request_link *link) {
  return (struct request *)(void *)((char *)link - offsetof(struct request, link));
}

/* Returns the first request of a queue; NULL if it is empty. */
static struct request *first_of(const struct request_queue *queue) {
  return queue->first != NULL ? request_of_link(queue->first) : NULL;
}

static bool is_unfinished(enum request_state state) {
  return state != REQUEST_IDLE && state != REQUEST_DONE;
}

/*
** Sets the state and moves the request to the queue of that state. Stops the timer of a request
** that was waiting.
*/
static void set_state(struct request *request, enum request_state state) {
  struct session *session = request->session;
  stop_timer(request);
  request_queue_remove(&request->link);
  if (is_unfinished(request->state)) session->pending_count--;
  if (is_unfinished(state)) session->pending_count++;
  request->state = state;
  switch (state) {
    case REQUEST_SENT: request_queue_insert(&session->sent, &request->link); break;
    case REQUEST_WAITING_FOR_TOKEN:
      request_queue_insert(&session->credentials->waiting, &request->link);
      break;
    case REQUEST_WAITING_FOR_STORE:
      request_queue_insert(&session->store.asking, &request->link);
      break;
    case REQUEST_WAITING_FOR_SLOT:
      request_queue_insert(&session->pace->waiting, &request->link);
      break;
    case REQUEST_IDLE:
    case REQUEST_DONE: break;
  }
}

static void release_slot(struct request *request) {
  if (!request->has_slot) return;
  request->has_slot = false;
  rate_limiter_release(&request->session->pace->rate_limiter, request->start, clock_now());
}

/*
** Returns the first request of a queue that clients share; NULL if it is empty. After a fork, first
** adopts those of its client, which may leave the queue.
*/
static struct request *first_adopted(const struct request_queue *queue) {
  struct request *request;
  while ((request = first_of(queue)) != NULL && request->process != system_process())
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
  request->facts = (struct transfer_facts){.status = 200};
  buffer_clear(&request->reason);
  trace(request,
        (struct request_trace){.event = REQUEST_TRACE_CACHED, .attempt = request->attempts});
  return true;
}

void request_set_error(struct request *request, enum error_kind kind) {
  request->error = kind;
  request->seconds = clock_now() - request->begun;
}

static void finish(struct request *request, enum error_kind error) {
  struct session *session = request->session;
  bool is_stale = use_stale(request, error);
  if (is_stale) error = KIND_NONE;
  if (error != KIND_NONE) request_set_error(request, error);
  set_state(request, REQUEST_DONE);
  revalidate_end(&request->revalidation);
  release_slot(request);
  if (error == KIND_NONE && !is_stale) retry_quota_give(&session->pace->quota, request->quota);
  fill_slots(session->pace);
}

static void fail(struct request *request, enum error_kind kind, const char *reason) {
  buffer_clear(&request->reason);
  excerpt_append(&request->reason, reason, strlen(reason), EXCERPT_MESSAGE);
  finish(request, kind);
}

void request_secrets(const struct request *request, struct buffer *secrets) {
  const struct session *session = request->session;
  buffer_init(secrets, (size_t)-1 / 4);
  const struct curl_slist *sent = transfer_sent_headers(&request->transfer);
  if (sent != NULL) {
    secrets_add_lines(secrets, sent);
  } else {
    secrets_add_lines(secrets, session->headers);
    secrets_add_lines(secrets, request->headers);
  }
  /* a request without a token yet, or that was sent with the one before */
  const char *authorization = session_authorization(session);
  if (authorization != NULL) secrets_add_line(secrets, authorization);
  if (session->credentials != NULL && session->credentials->previous.length > 0)
    secrets_add_line(secrets, session->credentials->previous.bytes);
}

const char *request_redacted_url(const struct request *request, const struct buffer *secrets,
                                 struct buffer *url) {
  buffer_init(url, URL_MAXIMUM * 2);
  buffer_puts(url, request->url != NULL ? request->url : "");
  redact(url, secrets);
  const char *text = buffer_text(url);
  return text != NULL ? text : "";
}

/* Replaces the reason by a text about the deadline. */
static void describe_deadline(struct request *request, enum deadline_wait wait) {
  transport_error_describe_deadline(&request->reason, request->session->deadline, request->attempts,
                                    wait);
}

/*
** Whether a failed request may be repeated without being executed twice. `not_executed`: the last
** attempt was not.
*/
static bool is_safe_to_repeat(const struct request *request, bool not_executed) {
  return request->repeatable || (not_executed && !request->outcome_unknown);
}

static void fail_at_deadline(struct request *request, enum deadline_wait wait) {
  describe_deadline(request, wait);
  request->retryable = is_safe_to_repeat(request, true);
  finish(request, KIND_TIMEOUT);
}

/* Adds an event to the session's trace. `event` states what happened, without the request. */
static void trace(struct request *request, struct request_trace event) {
  struct buffer secrets;
  if (!request->session->trace.on) return;
  request_secrets(request, &secrets);
  event.method = request->method;
  event.has_whole_body = request->session->dry_run;
  event.url = request->url;
  event.request_id = request_id_sent(request);
  event.reason = request->reason.length > 0 ? buffer_text(&request->reason) : NULL;
  event.facts = request->facts;
  event.transfer = &request->transfer;
  event.body = &request->body;
  event.secrets = &secrets;
  request_trace_add(&request->session->trace, &event);
  buffer_wipe(&secrets);
}

void request_trace_page(struct request *request, size_t resources, int64_t total) {
  trace(request, (struct request_trace){.event = REQUEST_TRACE_PAGE,
                                        .attempt = request->attempts,
                                        .resources = resources,
                                        .total = total});
}

/*
** Sends the request again if the number of attempts, the wait, the quota and the deadline allow it.
** Otherwise returns false and changes nothing. `kind` is that of the failure.
*/
static bool retry(struct request *request, enum error_kind kind, bool after_timeout) {
  struct session *session = request->session;
  if (request->attempts > session->retries) return false;
  double wait = retry_backoff(request->attempts, session->max_retry_wait, session_random(session));
  if (request->retry_after >= 0) {
    if (request->retry_after > session->max_retry_wait) return false;
    if (request->retry_after > wait) wait = request->retry_after;
  }
  if (clock_now() + wait >= request->deadline) return false;
  int taken = retry_quota_take(&session->pace->quota, after_timeout);
  request->quota_spent = taken == 0;
  if (taken == 0) return false;
  request->quota = taken;
  session->counts.retries++;
  trace(
      request,
      (struct request_trace){
          .event = REQUEST_TRACE_RETRY, .attempt = request->attempts, .error = kind, .wait = wait});
  if (session_replays(session)) request->deadline -= wait; /* for which it does not wait */
  send_attempt(request, wait);
  return true;
}

/* Whether its method is safe (RFC 9110, 9.2.1), so that the server changes nothing. */
static bool is_read(const struct request *request) {
  return request->method == NULL || method_is_safe(request->method);
}

bool request_outcome_is_unknown(const struct request *request) {
  bool succeeded = request->facts.status >= 200 && request->facts.status < 300;
  bool unread = succeeded && !is_read(request) &&
                (request->error == KIND_PROTOCOL || request->error == KIND_REFUSED);
  return request->outcome_unknown || unread;
}

struct proxy request_proxy(const struct request *request) {
  return proxy_of(request->session->transfer.curl.proxy, request->url);
}

/*
** Whether the transfer waited in the engine until the deadline, and was never started. It counts as
** no attempt then.
*/
static bool was_never_started(const struct request *request) {
  return request->is_new_attempt && clock_now() >= request->deadline &&
         transfer_result(&request->transfer) == CURLE_OPERATION_TIMEDOUT &&
         !transfer_was_started(&request->transfer);
}

/*
** Handles an exchange without a complete response, whose reason is set. `never_started`: it is not
** counted as an attempt; `at_deadline`: the deadline ended it.
*/
static void handle_transport_error(struct request *request, struct transport_error error,
                                   bool never_started, bool at_deadline) {
  if (!error.not_sent && !is_read(request)) request->outcome_unknown = true;
  bool may_retry = !error.permanent && !at_deadline && (error.not_sent || request->repeatable);
  trace(request, (struct request_trace){.event = REQUEST_TRACE_RESPONSE,
                                        .attempt = request->attempts + (never_started ? 1 : 0),
                                        .error = error.kind});
  if (may_retry && retry(request, error.kind, error.kind == KIND_TIMEOUT)) return;
  request->retryable =
      !error.permanent && error.kind != KIND_REFUSED && is_safe_to_repeat(request, error.not_sent);
  finish(request, error.kind);
}

/*
** Handles a 401 if the token is from a function: requests a new token and sends the request again,
** once. Returns false if that is not possible.
*/
static bool renew_token(struct request *request) {
  struct credentials *credentials = request->session->credentials;
  if (credentials->source != CREDENTIALS_FUNCTION || request->token_renewed) return false;
  request->token_renewed = true;
  if (request->token_generation == credentials->generation) credentials->wanted = true;
  send_attempt(request, 0);
  return true;
}

/* Sends the request again as a part of the same attempt. */
static void continue_attempt(struct request *request) {
  request->continues_attempt = true;
  send_attempt(request, 0);
}

/*
** Changes the method to a safe one, which is sent without a body. Returns false on out of memory.
*/
static bool change_method(struct request *request, const char *method) {
  if (strcmp(request->method, method) == 0) return true;
  char *copy = strdup(method);
  if (copy == NULL) return false;
  free(request->method);
  request->method = copy;
  buffer_free(&request->body);
  header_list_remove(&request->headers, "Content-Type");
  return true;
}

static void follow_redirect(struct request *request) {
  enum error_kind error;
  struct redirect redirect = {
      .status = request->facts.status,
      .method = request->method,
      .url = request->url,
      .location = transfer_header(&request->transfer, "location"),
      .base = request->session->base,
      .followed = request->redirects,
  };
  /* 307, 308 and a slash at the end of the path mean that this server did not execute the request */
  if (!is_read(request) && redirect.status < 307 && !redirect_is_slash(&redirect))
    request->outcome_unknown = true;
  char *target = redirect_target(&redirect, &error, &request->reason);
  if (target == NULL) {
    finish(request, error);
    return;
  }
  free(request->url);
  request->url = target;
  if (!change_method(request, redirect_method(&redirect))) {
    fail(request, KIND_REFUSED, ERROR_NO_MEMORY);
    return;
  }
  request->redirects++;
  continue_attempt(request);
}

/*
** Handles a 304: the response is the stored one. If it cannot be used the request is sent without
** conditions.
*/
static void handle_not_modified(struct request *request) {
  if (revalidate_use_stored(&request->revalidation, request->session, &request->transfer)) {
    request->facts.status = 200;
    finish(request, KIND_NONE);
  } else {
    continue_attempt(request);
  }
}

/* Stores when the server accepts a retry of this request, and when it accepts any request. */
static void read_rate_limits(struct request *request) {
  struct session *session = request->session;
  double wait = rate_limit_headers_wait(&request->transfer);
  request->retry_after = rate_limit_headers_retry_after(&request->transfer);
  if (request->retry_after < 0 && request->facts.status == 429) request->retry_after = wait;
  if (wait > 0 && wait <= session->max_retry_wait) session->pace->hold_until = clock_now() + wait;
}

/* Fails a request whose response has a status that is neither a success nor an error. */
static void fail_status(struct request *request) {
  buffer_clear(&request->reason);
  buffer_printf(&request->reason, "unexpected status %ld", request->facts.status);
  finish(request, KIND_PROTOCOL);
}

static void handle_response(struct request *request) {
  long status = request->facts.status;
  trace(request, (struct request_trace){.event = REQUEST_TRACE_RESPONSE,
                                        .attempt = request->attempts,
                                        .error = error_kind_of_status(status)});
  read_rate_limits(request);
  if (status == 304 && revalidate_expects_304(&request->revalidation)) {
    handle_not_modified(request);
    return;
  }
  if (status == 200) revalidate_store(&request->revalidation, request->session, &request->transfer);
  if (redirect_is_status(status)) {
    follow_redirect(request);
    return;
  }
  if (status == 401 && renew_token(request)) return;
  if (retry_may_have_been_done(status) && !is_read(request)) request->outcome_unknown = true;
  if (retry_allows_status(status, request->repeatable) &&
      retry(request, error_kind_of_status(status), status == 504))
    return;
  if (status == 404 && request->not_found_is_success && request->outcome_unknown) {
    buffer_clear(&request->transfer.body);
    finish(request, KIND_NONE);
    return;
  }
  if (status < 200 || (status >= 300 && status < 400)) {
    fail_status(request);
    return;
  }
  request->retryable =
      retry_is_temporary(status) && is_safe_to_repeat(request, retry_states_nothing_done(status));
  finish(request, error_kind_of_status(status));
}

/* Ends a request that still waits for a token or a slot at its deadline. */
static void fail_waiting(struct request *request) {
  enum request_state state = request->state;
  fail_at_deadline(request, state == REQUEST_WAITING_FOR_TOKEN  ? DEADLINE_FOR_TOKEN
                            : state == REQUEST_WAITING_FOR_SLOT ? DEADLINE_FOR_SLOT
                                                                : DEADLINE_BEFORE_SENDING);
}

static struct transfer_order make_order(const struct request *request) {
  const struct session *session = request->session;
  return (struct transfer_order){
      .method = request->method,
      .url = request->url,
      .headers = session->headers,
      .more = request->headers,
      .authorization = session_authorization(session),
      .request_id = request->request_id,
      .body = request->body.bytes,
      .body_length = request->body.length,
      .once = !request->repeatable,
  };
}

/* Whether a transfer failed because this process lacked memory, maybe for another one. */
static bool lacked_memory(const struct transfer *transfer) {
  return transfer_lacks_memory(transfer) || (transfer_result(transfer) == CURLE_OUT_OF_MEMORY &&
                                             !transfer_headers_are_too_large(transfer));
}

/*
** Records a transfer that ended, with the reason if it failed. The server has no part in a lack of
** memory, so a cassette with that would be wrong.
*/
static void record(struct request *request, const struct transport_error *error, bool at_deadline) {
  struct buffer secrets;
  struct cassette *cassette = request->session->cassette;
  if (request->recording == 0 || cassette == NULL) return;
  if (error != NULL && lacked_memory(&request->transfer)) {
    cassette->lacks_memory = true;
    request->recording = 0;
    return;
  }
  struct transfer_order order = make_order(request);
  request_secrets(request, &secrets);
  if (error == NULL)
    recorded_exchange_end(cassette, request->recording, &order, &secrets, &request->transfer,
                          request->facts.status);
  else
    recorded_exchange_fail(cassette, request->recording, &order, &secrets, error,
                           request->facts.status, at_deadline, &request->reason);
  request->recording = 0;
  buffer_wipe(&secrets);
}

/* Processes a transfer that failed without a complete response. */
static void transfer_failed(struct request *request) {
  struct transport_error error = transport_error_of(&request->transfer);
  bool never_started = was_never_started(request);
  bool at_deadline = error.kind == KIND_TIMEOUT && clock_now() >= request->deadline;
  if (never_started) request->attempts--;
  if (at_deadline) {
    describe_deadline(request, transfer_was_started(&request->transfer) ? DEADLINE_IN_EXCHANGE
                                                                        : DEADLINE_FOR_CONNECTION);
  } else {
    struct proxy proxy = request_proxy(request);
    transport_error_describe(&request->transfer, &proxy, &request->reason);
  }
  record(request, &error, at_deadline);
  handle_transport_error(request, error, never_started, at_deadline);
}

/* Processes a transfer that the engine has finished. */
static void transfer_done(struct request *request) {
  struct session_counts *counts = &request->session->counts;
  request->facts = transfer_facts(&request->transfer);
  counts->bytes_in += request->facts.bytes_in;
  counts->bytes_out += request->facts.bytes_out;
  counts->connections += (uint64_t)request->facts.connections;
  buffer_clear(&request->reason); /* it may be of an earlier attempt */
  if (transfer_was_resent(&request->transfer)) {
    counts->requests++;
    if (!is_read(request)) request->outcome_unknown = true;
  }
  revalidate_after(request->session, request->method, request->facts.status);
  if (transfer_result(&request->transfer) == CURLE_OK &&
      !transfer_is_cut_short(&request->transfer)) {
    record(request, NULL, false);
    handle_response(request);
  } else {
    transfer_failed(request);
  }
}

/*
** Returns why the request must not be sent now, and sets `error`. Returns NULL if it may be sent.
*/
static const char *refusal_reason(const struct request *request, enum error_kind *error) {
  const struct session *session = request->session;
  const struct credentials *credentials = session->credentials;
  bool has_token = credentials->authorization.length > 0;
  *error = KIND_REFUSED;
  if (credentials->lacks_memory) return ERROR_NO_MEMORY;
  if (session_replays(session)) return NULL; /* nothing is sent, so no token is needed */
  *error = KIND_UNAUTHORIZED;
  if (credentials->source == CREDENTIALS_FUNCTION && !has_token)
    return credentials->reason != NULL        ? credentials->reason
           : credentials->takes_authorization ? "the authorization function returned nothing"
                                              : "the token function returned no token";
  *error = KIND_REFUSED;
  if (session->dialect == DIALECT_HARNEST && !has_token) return session_token_advice(session);
  if (has_token && !session->transfer.curl.insecure && url_is_plain(request->url) &&
      !session_is_loopback(session, request->url))
    return errno == ENOMEM                    ? ERROR_NO_MEMORY
           : credentials->takes_authorization ? REQUEST_PLAIN_REFUSED("authorization")
                                              : REQUEST_PLAIN_REFUSED("token");
  return NULL;
}

/* Ends a request whose response is from the cache. */
static void finish_from_cache(struct request *request) {
  request->facts = (struct transfer_facts){.status = 200};
  buffer_clear(&request->reason);
  trace(request,
        (struct request_trace){.event = REQUEST_TRACE_CACHED, .attempt = request->attempts});
  finish(request, KIND_NONE);
}

/*
** Sets the time of the next transfer: after `wait` seconds, and not before the time that the server
** stated and that the rate limiter allows. Returns false if the rate limiter has no slot.
*/
static bool take_start(struct request *request, double wait) {
  struct pace *pace = request->session->pace;
  request->start = clock_now() + wait;
  if (request->start < pace->hold_until) request->start = pace->hold_until;
  if (!rate_limiter_is_on(&pace->rate_limiter)) return true;
  request->has_slot = rate_limiter_take(&pace->rate_limiter, &request->start);
  return request->has_slot;
}

/* Notes that an attempt begins, or goes on. */
static void begin_attempt(struct request *request) {
  request->is_new_attempt = !request->continues_attempt;
  if (request->is_new_attempt) request->attempts++;
  request->continues_attempt = false;
  request->session->counts.requests++;
  trace(request, (struct request_trace){.event = REQUEST_TRACE_SENT, .attempt = request->attempts});
}

/* Reserves a place in the cassette for an exchange that is sent now. */
static void begin_recording(struct request *request, const struct transfer_order *order) {
  struct buffer secrets;
  if (request->session->cassette == NULL) return;
  request_secrets(request, &secrets);
  request->recording = recorded_exchange_begin(request->session->cassette, order, &secrets);
  buffer_wipe(&secrets);
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
    trace(request, (struct request_trace){.event = REQUEST_TRACE_SENT, .attempt = 1});
    fail(request, KIND_REFUSED, REQUEST_DRY_RUN);
    return;
  }
  set_state(request, REQUEST_SENT);
  request->token_generation = session->credentials->generation;
  begin_recording(request, order);
  begin_attempt(request);
  session_lend_body(session, &request->transfer.body);
  transfer_submit(&request->transfer, session_limit(session), request->start, request->deadline);
}

/* Answers the request from the cassette, at once. */
static void replay(struct request *request, const struct transfer_order *order) {
  struct session *session = request->session;
  struct buffer secrets, reason;
  begin_attempt(request);
  request_secrets(request, &secrets);
  buffer_init(&reason, (size_t)-1 / 4);
  struct recorded_exchange recorded = recorded_exchange_take(
      session->cassette, &session->transfer, order, &secrets, &request->transfer, &reason);
  redact(&reason, &secrets);
  buffer_wipe(&secrets);
  const char *text = buffer_text(&reason);
  request->facts = (struct transfer_facts){.status = recorded.status};
  buffer_clear(&request->reason);
  if (text == NULL || !recorded.is_found) {
    fail(request, KIND_REFUSED, text != NULL ? text : ERROR_NO_MEMORY);
  } else {
    excerpt_append(&request->reason, text, reason.length, EXCERPT_MESSAGE);
    revalidate_after(session, request->method, recorded.status);
    if (recorded.is_failure)
      handle_transport_error(request, recorded.error, false, recorded.at_deadline);
    else
      handle_response(request);
  }
  buffer_free(&reason);
}

/* Makes the request wait in `state`, at most until its deadline. */
static void wait_in(struct request *request, enum request_state state) {
  set_state(request, state);
  if (request->deadline >= CLOCK_NEVER) return;
  struct engine *engine = session_engine(request->session);
  if (engine != NULL)
    start_timer(request, engine);
  else
    fail(request, KIND_REFUSED, ERROR_NO_MEMORY);
}

/*
** Sends the request after `wait` seconds, makes it wait for a token or a slot, or makes it fail.
** First clears the facts of the previous transfer, so that they cannot describe this one.
*/
static void send_attempt(struct request *request, double wait) {
  struct session *session = request->session;
  enum error_kind error;
  release_slot(request);
  transfer_close(&request->transfer);
  request->facts = (struct transfer_facts){.status = 0};
  request->retry_after = -1;
  if (session->engine == NULL) {
    fail(request, KIND_CANCELLED, "the client was closed");
    return;
  }
  if (session->credentials->wanted && !session_replays(session)) {
    wait_in(request, REQUEST_WAITING_FOR_TOKEN);
    return;
  }
  const char *problem = refusal_reason(request, &error);
  if (problem != NULL) {
    fail(request, error, problem);
    return;
  }
  struct transfer_order order = make_order(request);
  if (revalidate_asks_store(&request->revalidation, session, &order))
    wait_in(request, REQUEST_WAITING_FOR_STORE);
  else if (revalidate_begin(&request->revalidation, session, &order, &request->transfer))
    finish_from_cache(request);
  else if (session_replays(session) && !session->dry_run)
    replay(request, &order);
  else if (take_start(request, wait))
    submit(request, &order);
  else
    wait_in(request, REQUEST_WAITING_FOR_SLOT);
}

/*
** Makes the header lines of this call: the media types and those of the order. Returns false on out
** of memory.
*/
static bool prepare_headers(struct request *request, const struct request_order *order) {
  const struct session *session = request->session;
  const char *type = order->content_type != NULL ? order->content_type : session->content_type;
  return header_list_add(&request->headers,
                         order->accept != NULL ? order->accept : session->accept) &&
         (order->body == NULL || header_list_add(&request->headers, type)) &&
         header_list_add_all(&request->headers, order->headers);
}

/*
** Makes one X-Request-Id for all attempts, which relates the logs of both sides, unless the caller
** sets one.
*/
static void make_request_id(struct request *request, const struct request_order *order) {
  bool own = header_list_value(request->session->headers, REQUEST_ID) != NULL ||
             header_list_value(order->headers, REQUEST_ID) != NULL;
  bool made = !own && uuid_make(request->request_id);
  request->request_id[made ? UUID_LENGTH : 0] = '\0';
}

/* Fills a zeroed request from its order. Returns false on out of memory. */
static bool prepare(struct request *request, struct session *session,
                    const struct request_order *order) {
  request->session = session;
  request->process = session->process;
  request->deadline = order->deadline;
  request->begun = clock_now();
  request->repeatable = order->repeatable;
  request->not_found_is_success = order->not_found_is_success;
  request->retry_after = -1;
  buffer_init(&request->reason, REQUEST_REASON_MAXIMUM);
  buffer_init(&request->body, (size_t)-1 / 4);
  if (session->engine != NULL) request->link.sequence = session->engine->sequence++;
  make_request_id(request, order);
  request->method = strdup(order->method);
  request->url = strdup(order->url);
  return request->method != NULL && request->url != NULL && prepare_headers(request, order) &&
         (order->body == NULL || (buffer_append(&request->body, order->body, order->body_length) &&
                                  buffer_text(&request->body) != NULL));
}

const char *request_id_sent(const struct request *request) {
  if (*request->request_id != '\0') return request->request_id;
  const char *own = header_list_value(request->headers, REQUEST_ID);
  return own != NULL ? own : header_list_value(request->session->headers, REQUEST_ID);
}

void request_start(struct request *request, struct session *session,
                   const struct request_order *order) {
  request_adopt(session);
  if (!prepare(request, session, order)) {
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
  fail(request, prepare(request, session, order) ? kind : KIND_REFUSED, reason);
}

void request_reject(struct request *request, enum error_kind kind, const char *reason) {
  request_set_error(request, kind);
  buffer_clear(&request->reason);
  excerpt_append(&request->reason, reason, strlen(reason), EXCERPT_MESSAGE);
}

void request_close(struct request *request) {
  if (request->session == NULL) return;
  struct session *session = request->session;
  bool was_sent = request->state == REQUEST_SENT;
  if (request->state != REQUEST_DONE) session_wake(session);
  set_state(request, REQUEST_IDLE);
  release_slot(request);
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
  if ((sent || is_inherited) && !is_read(request)) request->outcome_unknown = true;
  if (request->state == REQUEST_SENT) revalidate_after(request->session, request->method, 0);
  transfer_close(&request->transfer);
  fail(request, KIND_CANCELLED, reason);
}

/* Cancels the requests of a session in a queue, which others may share. */
static void cancel_in(const struct request_queue *queue, const struct session *session) {
  for (struct request_link *link = queue->first, *next; link != NULL; link = next) {
    next = link->next;
    if (request_of_link(link)->session == session)
      request_cancel(request_of_link(link), "the client was closed");
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
  const struct request *request = first_of(&session->store.asking);
  return request != NULL ? request->revalidation.key.bytes : NULL;
}

void request_answer_store(struct session *session, const struct cache_record *record,
                          double writes) {
  request_adopt(session);
  struct request *request = first_of(&session->store.asking);
  if (request == NULL) return;
  revalidate_take_answer(&request->revalidation, session, record, writes);
  send_attempt(request, 0);
  session_wake(session); /* it may be done */
}

static void adopt(struct request *request) {
  request->process = request->session->process;
  if (!is_read(request)) {
    transfer_close(&request->transfer);
    revalidate_after(request->session, request->method, 0);
    request->outcome_unknown = true;
    fail(request, KIND_CANCELLED,
         "the process forked, and the parent process continues this request");
  } else if (request->state == REQUEST_SENT) {
    continue_attempt(request);
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
  for (struct request *request; (request = first_of(&inherited)) != NULL;) adopt(request);
  pace->is_filling_slots = was_filling;
  fill_slots(pace);
}

/* Handles the jobs that have ended. */
static void take_jobs(struct engine *engine) {
  for (struct engine_job *job; (job = engine_take(engine)) != NULL;) {
    if (job->easy == NULL)
      fail_waiting(request_of_timer(job));
    else
      transfer_done((struct request *)(void *)transfer_of(job));
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
