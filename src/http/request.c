/*
** request.c: one call with its attempts. What may be sent again, and when, is decided here and nowhere else.
*/
#include "http/request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/redact.h"
#include "http/header_list.h"
#include "http/rate_limit_headers.h"
#include "http/transport_error.h"
#include "http/url.h"

#define REQUEST_REDIRECTS 5
#define REQUEST_FIRST_BACKOFF 0.5 /* seconds; doubled by every attempt */
#define REQUEST_REASON_MAXIMUM 1024
/* What is kept of a longer one. */
#define REQUEST_REASON_SHOWN 1000

/* Never open: what waits at it has its deadline kept by the engine, and nothing else. */
static struct connection_limit shut = {.maximum = 0};

static void send_attempt(struct request *request, double wait);

static void link_request(struct request *request) {
  struct session *session = request->session;
  request->next = session->requests;
  if (request->next != NULL) request->next->previous = request;
  session->requests = request;
}

static void unlink_request(struct request *request) {
  struct session *session = request->session;
  *(request->previous != NULL ? &request->previous->next : &session->requests) = request->next;
  if (request->next != NULL) request->next->previous = request->previous;
  request->previous = request->next = NULL;
}

/* Gives up the place in the pace. */
static void leave_place(struct request *request) {
  if (!request->has_place) return;
  request->has_place = false;
  rate_limiter_give(&request->session->pace, request->place, clock_now() >= request->start,
                    request->start);
}

/* The request that has been in the state for longest, by when it began; NULL when none is. */
static struct request *first_in(const struct session *session, enum request_state state) {
  struct request *first = NULL;
  for (struct request *request = session->requests; request != NULL; request = request->next)
    if (request->state == state && (first == NULL || request->turn < first->turn)) first = request;
  return first;
}

/* Sends what waits for a place, as far as there are places. What fails over that does not begin it anew. */
static void send_paced(struct session *session) {
  if (session->pace.count == 0 || session->sends_paced) return;
  session->sends_paced = true;
  for (struct request *request; (request = first_in(session, REQUEST_PACED)) != NULL;) {
    send_attempt(request, 0);
    if (request->state == REQUEST_PACED) break;
  }
  session->sends_paced = false;
}

static void finish(struct request *request, enum error_kind failure) {
  request->failure = failure;
  request->state = REQUEST_DONE;
  revalidate_end(&request->revalidation);
  unlink_request(request);
  leave_place(request);
  if (failure == ERROR_NONE) retry_quota_give(&request->session->quota, request->quota);
  send_paced(request->session);
}

static void fail(struct request *request, enum error_kind kind, const char *reason) {
  buffer_clear(&request->reason);
  buffer_puts(&request->reason, reason);
  if (request->reason.failed == BUFFER_TOO_LARGE) { /* it repeats what the caller gave */
    buffer_clear(&request->reason);
    buffer_append(&request->reason, reason, REQUEST_REASON_SHOWN);
    buffer_puts(&request->reason, "...");
  }
  finish(request, kind);
}

const char *request_token(const struct request *request) {
  size_t length = strlen(SESSION_TOKEN_FIELD);
  for (const struct curl_slist *header = transfer_sent_headers(&request->transfer); header != NULL;
       header = header->next)
    if (strncmp(header->data, SESSION_TOKEN_FIELD, length) == 0) return header->data + length;
  const struct buffer *authorization = &request->session->authorization;
  return authorization->length > length ? authorization->bytes + length : "";
}

const char *request_shown_url(const struct request *request, struct buffer *url) {
  buffer_init(url, URL_MAXIMUM * 2);
  buffer_puts(url, request->url != NULL ? request->url : "");
  redact(url, request_token(request));
  const char *text = buffer_text(url);
  return text != NULL ? text : "";
}

static void trace(struct request *request, const char *event, long status, double wait) {
  if (!request->session->trace.on) return;
  struct buffer url;
  struct trace_event kept = {
      .event = event, .attempt = request->attempts, .status = status, .wait = wait};
  kept.seconds = status >= 0 ? request->facts.seconds : -1;
  kept.bytes = status >= 0 ? (double)request->facts.bytes_in : -1;
  trace_add(&request->session->trace, &kept, request->method, request_shown_url(request, &url));
  buffer_free(&url);
}

/* Backoff with full jitter: a random part of a time that doubles, so that clients do not come back in step. */
static double backoff(struct request *request) {
  double ceiling = REQUEST_FIRST_BACKOFF * pow(2, request->attempts - 1);
  if (ceiling > request->session->max_retry_wait) ceiling = request->session->max_retry_wait;
  return ceiling * session_random(request->session);
}

/* Tries again when attempts, waits, the quota and the deadline allow; false leaves the failure standing. */
static bool retry(struct request *request, bool after_timeout) {
  struct session *session = request->session;
  if (request->attempts > session->retries) return false;
  double wait = backoff(request);
  if (request->retry_after >= 0) {
    if (request->retry_after > session->max_retry_wait) return false;
    if (request->retry_after > wait) wait = request->retry_after;
  }
  if (clock_now() + wait >= request->deadline) return false;
  int taken = retry_quota_take(&session->quota, after_timeout);
  request->quota_spent = taken == 0;
  if (taken == 0) return false;
  request->quota = taken;
  session->counts.retries++;
  trace(request, "retry", -1, wait);
  send_attempt(request, wait);
  return true;
}

bool request_is_read(const struct request *request) {
  return request->method == NULL || strcmp(request->method, "GET") == 0 ||
         strcmp(request->method, "HEAD") == 0;
}

static void handle_breakage(struct request *request) {
  struct transport_error breakage = transport_error_of(&request->transfer);
  if (!breakage.not_sent && !request_is_read(request)) request->outcome_unknown = true;
  bool again = !breakage.permanent && (breakage.not_sent || request->repeatable);
  transport_error_describe(&request->transfer, &request->reason);
  if (!again || !retry(request, breakage.kind == ERROR_TIMEOUT)) finish(request, breakage.kind);
}

/* A 401 for a token from a function: asks for a new one, once. True when the request waits for it or was sent. */
static bool renew_token(struct request *request) {
  struct session *session = request->session;
  if (session->token_source != SESSION_TOKEN_FUNCTION || request->token_renewed) return false;
  request->token_renewed = true;
  if (request->token_generation == session->token_generation) session->token_wanted = true;
  send_attempt(request, 0);
  return true;
}

/* Where a redirect leads, on our origin; NULL (with the failure's kind, and the reason kept) when it is not followed. */
static char *redirect_target(struct request *request, enum error_kind *failure) {
  const char *location = transfer_header(&request->transfer, "location");
  char *target = location != NULL ? url_resolve(request->url, location) : NULL;
  const char *problem = NULL;
  *failure =
      target == NULL || request->redirects >= REQUEST_REDIRECTS ? ERROR_PROTOCOL : ERROR_REFUSED;
  if (target == NULL)
    problem = "redirect without a valid Location (%.200s)";
  else if (!request_is_read(request))
    problem = "redirect of a write to %.200s blocked";
  else if (url_compare_origin(request->session->base, target) == URL_OTHER)
    problem = "cross-origin redirect to %.200s blocked";
  else if (request->redirects >= REQUEST_REDIRECTS)
    problem = "too many redirects, the last to %.200s";
  if (problem == NULL) {
    char *own = url_on_origin(request->session->base, target);
    free(target);
    return own;
  }
  buffer_clear(&request->reason);
  buffer_printf(&request->reason, problem, location != NULL ? location : "none");
  free(target);
  return NULL;
}

static void follow_redirect(struct request *request) {
  enum error_kind failure;
  /* 307 and 308 say that the server left the doing to another place */
  if (!request_is_read(request) && request->facts.status < 307) request->outcome_unknown = true;
  char *target = redirect_target(request, &failure);
  if (target == NULL) {
    finish(request, failure);
    return;
  }
  free(request->url);
  request->url = target;
  request->redirects++;
  request->attempts--; /* a redirect is the same attempt, gone on elsewhere */
  send_attempt(request, 0);
}

static bool is_redirect(const struct request *request) {
  switch (request->facts.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return true;
    default: return false;
  }
}

/* 429 and 503 say that nothing was done; the gateway's 502 and 504 do not. */
static bool status_allows_retry(const struct request *request) {
  switch (request->facts.status) {
    case 429:
    case 503: return true;
    case 502:
    case 504: return request->repeatable;
    default: return false;
  }
}

/* A 304 to our own conditions: what is kept is the answer, or else it is asked for without any. */
static void take_confirmed(struct request *request) {
  if (revalidate_confirm(&request->revalidation, request->session, &request->transfer)) {
    request->facts.status = 200;
    finish(request, ERROR_NONE);
  } else {
    request->attempts--; /* the same attempt, begun anew */
    send_attempt(request, 0);
  }
}

/* Notes when the server wants to be asked again: after this answer, or at all. */
static void heed_limits(struct request *request) {
  struct session *session = request->session;
  double wait = rate_limit_headers_wait(&request->transfer);
  request->retry_after = rate_limit_headers_retry_after(&request->transfer);
  if (request->retry_after < 0 && request->facts.status == 429) request->retry_after = wait;
  if (wait > 0 && wait <= session->max_retry_wait) session->hold_until = clock_now() + wait;
}

static void handle_answer(struct request *request) {
  long status = request->facts.status;
  heed_limits(request);
  if (status == 304 && revalidate_awaits(&request->revalidation)) {
    take_confirmed(request);
    return;
  }
  if (status == 200) revalidate_keep(&request->revalidation, request->session, &request->transfer);
  if (is_redirect(request)) {
    follow_redirect(request);
    return;
  }
  if (status == 401 && renew_token(request)) return;
  if ((status == 502 || status == 504) && !request_is_read(request))
    request->outcome_unknown = true;
  if (status_allows_retry(request) && retry(request, status == 504)) return;
  if (status == 404 && request->not_found_is_success && request->outcome_unknown) {
    buffer_clear(&request->transfer.body);
    finish(request, ERROR_NONE);
    return;
  }
  if (status < 200 || (status >= 300 && status < 400))
    fail(request, ERROR_PROTOCOL, "a status that answers nothing that was asked");
  else
    finish(request, error_kind_of_status(status));
}

/* Fails a request that waits for a token or a place: its deadline has come first. */
static void give_up_waiting(struct request *request) {
  bool waiting_for_token = request->state == REQUEST_PARKED;
  transfer_close(&request->transfer);
  request->facts = (struct transfer_facts){.status = 0}; /* an attempt before may have had some */
  request->retry_after = -1;
  fail(request, ERROR_TIMEOUT,
       waiting_for_token
           ? "the deadline has passed while it waited for the token"
           : "the deadline has passed while it waited for a place in the pace (option rate)");
}

/* An attempt has come back from the engine. */
static void attempt_done(struct request *request) {
  struct session_counts *counts = &request->session->counts;
  request->facts = transfer_facts(&request->transfer);
  counts->bytes_in += request->facts.bytes_in;
  counts->bytes_out += request->facts.bytes_out;
  counts->connections += (uint64_t)request->facts.connections;
  request->retry_after = -1;
  buffer_clear(&request->reason); /* what broke an earlier attempt says nothing of this one */
  if (transfer_was_resent(&request->transfer)) {
    counts->requests++;
    if (!request_is_read(request)) request->outcome_unknown = true;
  }
  trace(request, "response", request->facts.status, -1);
  revalidate_after(request->session, request->method, request->facts.status);
  if (transfer_result(&request->transfer) == CURLE_OK && !transfer_is_cut_short(&request->transfer))
    handle_answer(request);
  else
    handle_breakage(request);
}

/* Why the request may not be sent as things stand, and the failure's kind; NULL when it may. */
static const char *objection(const struct request *request, enum error_kind *failure) {
  const struct session *session = request->session;
  bool has_token = session->authorization.length > 0;
  *failure = ERROR_UNAUTHORIZED;
  if (session->token_source == SESSION_TOKEN_FUNCTION && !has_token)
    return session->token_reason != NULL ? session->token_reason
                                         : "the token function returned no token";
  *failure = ERROR_REFUSED;
  if (session->dialect == DIALECT_HARNEST && !has_token)
    return "no token: set the option token or HARNEST_TOKEN in the environment";
  if (has_token && !session->transfer.easy.insecure && url_is_plain(request->url) &&
      !url_is_loopback(request->url))
    return "the token is not sent over plain http; use https (or the option insecure, if you must)";
  return NULL;
}

/* The answer came from memory: nothing is sent. */
static void finish_unsent(struct request *request) {
  request->facts = (struct transfer_facts){.status = 200};
  request->retry_after = -1;
  buffer_clear(&request->reason);
  trace(request, "response", 200, -1);
  finish(request, ERROR_NONE);
}

/* Sets when the next attempt may start: after `wait`, what the server asked for, and the pace; false: no place yet. */
static bool take_start(struct request *request, double wait) {
  struct session *session = request->session;
  request->start = clock_now() + wait;
  if (request->start < session->hold_until) request->start = session->hold_until;
  if (session->pace.count == 0) return true;
  request->has_place = rate_limiter_take(&session->pace, &request->place, &request->start);
  return request->has_place;
}

static struct transfer_order make_order(const struct request *request) {
  const struct session *session = request->session;
  return (struct transfer_order){
      .method = request->method,
      .url = request->url,
      .headers = session->headers,
      .more = request->headers,
      .authorization = session->authorization.length > 0 ? session->authorization.bytes : NULL,
      .request_id = request->request_id,
      .body = request->body.bytes,
      .body_length = request->body.length,
      .once = !request->repeatable,
  };
}

/* Hands the request to the engine. */
static void submit(struct request *request, const struct transfer_order *order) {
  struct session *session = request->session;
  struct engine *engine = session_engine(session);
  if (request->deadline <= request->start) {
    bool passed = request->deadline <= clock_now();
    fail(request, ERROR_TIMEOUT,
         passed ? "the deadline has passed" : "the deadline comes before it may be sent");
    return;
  }
  if (engine == NULL || !transfer_open(&request->transfer, engine, &session->transfer, order)) {
    fail(request, ERROR_REFUSED, "not enough memory");
    return;
  }
  request->state = REQUEST_SENT;
  request->token_generation = session->token_generation;
  request->attempts++;
  session->counts.requests++;
  trace(request, "request", -1, -1);
  transfer_submit(&request->transfer, &session->limit, request->start, request->deadline);
}

/* Leaves the request to wait in `state` for what it lacks, no longer than its deadline. */
static void wait_in(struct request *request, enum request_state state) {
  struct session *session = request->session;
  request->state = state;
  if (request->deadline >= CLOCK_NEVER) return;
  struct engine *engine = session_engine(session);
  struct transfer_order order = make_order(request);
  if (engine != NULL && transfer_open(&request->transfer, engine, &session->transfer, &order))
    transfer_submit(&request->transfer, &shut, request->deadline, request->deadline);
  else
    fail(request, ERROR_REFUSED, "not enough memory");
}

/* Sends the request after `wait` seconds, or leaves it to wait for a token or a place, or fails it. */
static void send_attempt(struct request *request, double wait) {
  struct session *session = request->session;
  enum error_kind failure;
  leave_place(request);
  transfer_close(&request->transfer);
  if (session->engine == NULL) {
    fail(request, ERROR_CANCELLED, "the client was closed");
    return;
  }
  if (session->token_wanted) {
    wait_in(request, REQUEST_PARKED);
    return;
  }
  const char *problem = objection(request, &failure);
  if (problem != NULL) {
    fail(request, failure, problem);
    return;
  }
  struct transfer_order order = make_order(request);
  if (revalidate_begin(&request->revalidation, session, &order, &request->transfer))
    finish_unsent(request);
  else if (take_start(request, wait))
    submit(request, &order);
  else
    wait_in(request, REQUEST_PACED);
}

static bool copy_headers(struct curl_slist **copy, const struct curl_slist *list) {
  for (; list != NULL; list = list->next)
    if (!header_list_add(copy, list->data)) return false;
  return true;
}

/* Gives the request its own header lines: the media types, and what the order brings. */
static bool prepare_headers(struct request *request, const struct request_order *order) {
  const struct session *session = request->session;
  const char *type = order->content_type != NULL ? order->content_type : session->content_type;
  return header_list_add(&request->headers,
                         order->accept != NULL ? order->accept : session->accept) &&
         (order->body == NULL || header_list_add(&request->headers, type)) &&
         copy_headers(&request->headers, order->headers);
}

static bool has_request_id(const struct curl_slist *headers) {
  for (; headers != NULL; headers = headers->next)
    if (curl_strnequal(headers->data, "X-Request-Id", 12) &&
        strchr(":;", headers->data[12]) != NULL)
      return true;
  return false;
}

/* One id for all attempts, by which logs of both sides find each other; the caller's own goes first. */
static void make_request_id(struct request *request, const struct request_order *order) {
  bool own = has_request_id(request->session->headers) || has_request_id(order->headers);
  bool made = !own && uuid_make(request->request_id);
  request->request_id[made ? UUID_LENGTH : 0] = '\0';
}

/* Fills a zeroed request from its order; false without memory. */
static bool prepare(struct request *request, struct session *session,
                    const struct request_order *order) {
  request->session = session;
  request->process = session->process;
  request->deadline = order->deadline;
  request->repeatable = order->repeatable;
  request->not_found_is_success = order->not_found_is_success;
  request->retry_after = -1;
  buffer_init(&request->reason, REQUEST_REASON_MAXIMUM);
  buffer_init(&request->body, (size_t)-1 / 4);
  link_request(request);
  request->turn = session->turns++;
  make_request_id(request, order);
  request->method = strdup(order->method);
  request->url = strdup(order->url);
  return request->method != NULL && request->url != NULL && prepare_headers(request, order) &&
         (order->body == NULL || (buffer_append(&request->body, order->body, order->body_length) &&
                                  buffer_text(&request->body) != NULL));
}

void request_start(struct request *request, struct session *session,
                   const struct request_order *order) {
  request_adopt(session);
  if (!prepare(request, session, order)) {
    fail(request, ERROR_REFUSED, "not enough memory");
    return;
  }
  /* a token function that had none the last time may have one now */
  bool asks = session->engine != NULL && session->token_source == SESSION_TOKEN_FUNCTION;
  if (asks && session->authorization.length == 0) session->token_wanted = true;
  send_attempt(request, order->delay);
}

void request_refuse(struct request *request, struct session *session,
                    const struct request_order *order, enum error_kind kind, const char *reason) {
  fail(request, prepare(request, session, order) ? kind : ERROR_REFUSED, reason);
}

void request_reject(struct request *request, enum error_kind kind, const char *reason) {
  request->failure = kind;
  buffer_clear(&request->reason);
  buffer_puts(&request->reason, reason);
}

void request_close(struct request *request) {
  if (request->session == NULL) return;
  struct session *session = request->session;
  if (request->state != REQUEST_DONE) unlink_request(request);
  leave_place(request);
  if (request->state == REQUEST_SENT) revalidate_after(request->session, request->method, 0);
  revalidate_end(&request->revalidation);
  transfer_close(&request->transfer);
  free(request->method);
  free(request->url);
  curl_slist_free_all(request->headers);
  buffer_free(&request->body);
  buffer_free(&request->reason);
  memset(request, 0, sizeof *request);
  send_paced(session);
}

void request_cancel(struct request *request, const char *reason) {
  transfer_stop(&request->transfer);
  bool sent = request->state == REQUEST_SENT && transfer_was_sent(&request->transfer);
  if (sent && !request_is_read(request)) request->outcome_unknown = true;
  if (request->state == REQUEST_SENT) revalidate_after(request->session, request->method, 0);
  transfer_close(&request->transfer);
  request->facts = (struct transfer_facts){.status = 0}; /* an attempt before may have had some */
  fail(request, ERROR_CANCELLED, reason);
}

void request_cancel_all(struct session *session) {
  session->sends_paced = true; /* those that wait do not get the places of those that end */
  while (session->requests != NULL) request_cancel(session->requests, "the client was closed");
}

void request_unpark(struct session *session) {
  request_adopt(session);
  /* sought anew each time: one that fails at once gives its place to another, which may fail at once, too */
  for (struct request *request; (request = first_in(session, REQUEST_PARKED)) != NULL;) {
    send_attempt(request, 0);
    if (request->state == REQUEST_PARKED) break;
  }
}

static struct request *first_left_behind(const struct session *session) {
  struct request *request = session->requests;
  while (request != NULL && request->process == session->process) request = request->next;
  return request;
}

static void adopt(struct request *request) {
  request->process = request->session->process;
  if (!request_is_read(request)) {
    transfer_close(&request->transfer);
    revalidate_after(request->session, request->method, 0);
    request->outcome_unknown = true;
    fail(request, ERROR_CANCELLED, "the process forked, and its parent goes on with this");
  } else if (request->state == REQUEST_SENT) {
    request->attempts--; /* this process has not begun it */
    send_attempt(request, 0);
  } else {
    transfer_close(&request->transfer);
    wait_in(request, request->state);
  }
}

void request_adopt(struct session *session) {
  session_notice_fork(session);
  if (!session->forked) return;
  session->forked = false;
  session->sends_paced = true; /* those that wait for a place are among them */
  for (struct request *request; (request = first_left_behind(session)) != NULL;) adopt(request);
  session->sends_paced = false;
  send_paced(session);
}

void request_step(struct engine *engine, double seconds) {
  engine_step(engine, seconds);
  for (struct engine_job *job; (job = engine_take(engine)) != NULL;) {
    struct request *request = (struct request *)(void *)transfer_of(job);
    if (request->state == REQUEST_SENT)
      attempt_done(request);
    else
      give_up_waiting(request);
  }
}
