/*
** request.c: one call with its attempts. What may be sent again, and when, is decided here and nowhere else.
*/
#include "request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "redact.h"
#include "url.h"

#define REQUEST_REDIRECTS 5
#define REQUEST_FIRST_BACKOFF 0.5 /* seconds; doubled by every attempt */
#define REQUEST_REASON_MAXIMUM 1024

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

static void finish(struct request *request, enum failure_kind failure) {
  request->failure = failure;
  request->state = REQUEST_DONE;
  revalidate_end(&request->revalidation);
  unlink_request(request);
}

static void fail(struct request *request, enum failure_kind kind, const char *reason) {
  buffer_clear(&request->reason);
  buffer_puts(&request->reason, reason);
  finish(request, kind);
}

const char *request_token(const struct request *request) {
  size_t length = strlen(SESSION_TOKEN_FIELD);
  for (const struct curl_slist *header = request->transfer.headers; header != NULL; header = header->next)
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
  struct trace_event kept = {.event = event, .attempt = request->attempts, .status = status, .wait = wait};
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

/* Seconds that the answer's Retry-After asks for, in either form (RFC 9110, 10.2.3); negative without one. */
static double read_retry_after(const struct transfer *transfer) {
  const char *value = transfer_header(transfer, "retry-after");
  if (value == NULL) return -1;
  char *end;
  double seconds = strtod(value, &end);
  if (end != value && *end == '\0' && seconds >= 0 && seconds < 1e9) return seconds;
  time_t date = curl_getdate(value, NULL);
  if (date == -1) return -1;
  double wait = difftime(date, time(NULL));
  return wait > 0 ? wait : 0;
}

/* Tries again when attempts, waits and the deadline allow; false leaves the failure standing. */
static bool retry(struct request *request) {
  struct session *session = request->session;
  if (request->attempts > session->retries) return false;
  double wait = backoff(request);
  if (request->retry_after >= 0) {
    if (request->retry_after > session->max_retry_wait) return false;
    if (request->retry_after > wait) wait = request->retry_after;
  }
  if (clock_now() + wait >= request->deadline) return false;
  session->counts.retries++;
  trace(request, "retry", -1, wait);
  send_attempt(request, wait);
  return true;
}

struct breakage {
  enum failure_kind kind;
  bool unsent;  /* the connection never carried the request */
  bool lasting; /* trying again cannot help */
};

bool request_is_read(const struct request *request) {
  return request->method == NULL || strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

/* Whether TLS broke because the connection did; for that libcurl has no code of its own, only words. */
static bool is_cut_handshake(const char *reason) {
  static const char *const words[] = {"SSL_connect: ", "unexpected eof", "Recv failure: ", "Send failure: "};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strstr(reason, words[i]) != NULL) return true;
  return false;
}

/* Whether the server refuses our certificate, which TLS 1.3 tells in place of the answer, with the request unread. */
static bool is_refused_certificate(const char *reason) {
  return strstr(reason, " alert ") != NULL &&
         (strstr(reason, "certificate") != NULL || strstr(reason, "unknown ca") != NULL);
}

/* What curl's result means for the call. */
static struct breakage classify(const struct request *request) {
  const struct transfer *transfer = &request->transfer;
  bool unsent = !transfer_was_sent(transfer);
  if (transfer_head_is_too_large(transfer)) return (struct breakage){FAILURE_PROTOCOL, unsent, true};
  switch (transfer->job.result) {
    case CURLE_OK: return (struct breakage){FAILURE_PROTOCOL, false, false}; /* cut short */
    case CURLE_RECV_ERROR: /* libcurl has no code of its own for chunks that are none, only words */
      if (is_refused_certificate(transfer->reason)) return (struct breakage){FAILURE_TLS, true, true};
      return (struct breakage){strstr(transfer->reason, "chunk") != NULL ? FAILURE_PROTOCOL : FAILURE_NETWORK, unsent,
                               false};
    case CURLE_OPERATION_TIMEDOUT: return (struct breakage){FAILURE_TIMEOUT, unsent, false};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: return (struct breakage){FAILURE_NETWORK, true, false};
    case CURLE_SSL_CONNECT_ERROR:
      if (is_cut_handshake(transfer->reason)) return (struct breakage){FAILURE_NETWORK, true, false};
      return (struct breakage){FAILURE_TLS, true, true};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return (struct breakage){FAILURE_TLS, true, true};
    case CURLE_PARTIAL_FILE: return (struct breakage){FAILURE_PROTOCOL, false, false};
    case CURLE_WRITE_ERROR:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return (struct breakage){FAILURE_PROTOCOL, unsent, true};
    case CURLE_URL_MALFORMAT:
    case CURLE_OUT_OF_MEMORY: return (struct breakage){FAILURE_REFUSED, true, true};
    default: return (struct breakage){FAILURE_NETWORK, unsent, false};
  }
}

static void describe_breakage(struct request *request) {
  const struct transfer *transfer = &request->transfer;
  buffer_clear(&request->reason);
  if (transfer_is_too_large(transfer)) {
    buffer_printf(&request->reason, "the body is larger than max_response (%zu bytes)", transfer->body.maximum);
    return;
  }
  if (transfer_head_is_too_large(transfer)) {
    buffer_puts(&request->reason, "the answer's headers are too large");
    return;
  }
  if (transfer_is_cut_short(transfer)) {
    buffer_puts(&request->reason, "the connection ended within the answer's headers");
    return;
  }
  if (transfer->job.result == CURLE_SEND_FAIL_REWIND || transfer->job.result == CURLE_ABORTED_BY_CALLBACK) {
    buffer_puts(&request->reason, "the connection ended without an answer");
    return;
  }
  buffer_puts(&request->reason,
              transfer->reason[0] != '\0' ? transfer->reason : curl_easy_strerror(transfer->job.result));
}

static void handle_breakage(struct request *request) {
  struct breakage breakage = classify(request);
  if (!breakage.unsent && !request_is_read(request)) request->in_doubt = true;
  bool again = !breakage.lasting && (breakage.unsent || request->repeatable);
  describe_breakage(request);
  if (!again || !retry(request)) finish(request, breakage.kind);
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
static char *redirect_target(struct request *request, enum failure_kind *failure) {
  const char *location = transfer_header(&request->transfer, "location");
  char *target = location != NULL ? url_resolve(request->url, location) : NULL;
  const char *problem = NULL;
  *failure = target == NULL || request->redirects >= REQUEST_REDIRECTS ? FAILURE_PROTOCOL : FAILURE_REFUSED;
  if (target == NULL)
    problem = "a redirect that names no valid Location";
  else if (!request_is_read(request))
    problem = "a redirect of a write is not followed";
  else if (url_compare_origin(request->session->base, target) == URL_OTHER)
    problem = "a redirect to another origin is not followed";
  else if (request->redirects >= REQUEST_REDIRECTS)
    problem = "too many redirects";
  if (problem == NULL) {
    char *own = url_on_origin(request->session->base, target);
    free(target);
    return own;
  }
  buffer_clear(&request->reason);
  buffer_printf(&request->reason, "%s (Location: %.200s)", problem, location != NULL ? location : "none");
  free(target);
  return NULL;
}

static void follow_redirect(struct request *request) {
  enum failure_kind failure;
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
    finish(request, FAILURE_NONE);
  } else {
    request->attempts--; /* the same attempt, begun anew */
    send_attempt(request, 0);
  }
}

static void handle_answer(struct request *request) {
  long status = request->facts.status;
  request->retry_after = read_retry_after(&request->transfer);
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
  if ((status == 502 || status == 504) && !request_is_read(request)) request->in_doubt = true;
  if (status_allows_retry(request) && retry(request)) return;
  if (status == 404 && request->gone_is_done && request->in_doubt) {
    buffer_clear(&request->transfer.body);
    finish(request, FAILURE_NONE);
    return;
  }
  if (status < 200 || (status >= 300 && status < 400))
    fail(request, FAILURE_PROTOCOL, "a status that answers nothing that was asked");
  else
    finish(request, failure_kind_of_status(status));
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
  if (transfer_was_resent(&request->transfer) && !request_is_read(request)) request->in_doubt = true;
  trace(request, "response", request->facts.status, -1);
  revalidate_after(request->session, request->method, request->facts.status);
  if (request->transfer.job.result == CURLE_OK && !transfer_is_cut_short(&request->transfer))
    handle_answer(request);
  else
    handle_breakage(request);
}

/* Why the request may not be sent as things stand, and the failure's kind; NULL when it may. */
static const char *objection(const struct request *request, enum failure_kind *failure) {
  const struct session *session = request->session;
  bool has_token = session->authorization.length > 0;
  *failure = FAILURE_UNAUTHORIZED;
  if (session->token_source == SESSION_TOKEN_FUNCTION && !has_token)
    return session->token_reason != NULL ? session->token_reason : "the token function returned no token";
  *failure = FAILURE_REFUSED;
  if (session->dialect == QUERY_HARNEST && !has_token)
    return "no token: set the option token or HARNEST_TOKEN in the environment";
  if (has_token && !session->transfer.insecure && url_is_plain(request->url) && !url_is_loopback(request->url))
    return "the token is not sent over plain http; use https (or the option insecure, if you must)";
  return NULL;
}

/* The answer came from memory: nothing is sent. */
static void finish_unsent(struct request *request) {
  request->facts = (struct transfer_facts){.status = 200};
  request->retry_after = -1;
  buffer_clear(&request->reason);
  trace(request, "response", 200, -1);
  finish(request, FAILURE_NONE);
}

static void send_attempt(struct request *request, double wait) {
  struct session *session = request->session;
  transfer_close(&request->transfer);
  if (session->engine == NULL) {
    fail(request, FAILURE_CANCELLED, "the client was closed");
    return;
  }
  if (session->token_wanted) {
    request->state = REQUEST_PARKED;
    return;
  }
  enum failure_kind failure;
  const char *problem = objection(request, &failure);
  if (problem != NULL) {
    fail(request, failure, problem);
    return;
  }
  double start = clock_now() + wait;
  struct transfer_order order = {
      .method = request->method,
      .url = request->url,
      .headers = session->headers,
      .more = request->headers,
      .authorization = session->authorization.length > 0 ? session->authorization.bytes : NULL,
      .body = request->body.bytes,
      .body_length = request->body.length,
      .once = !request->repeatable,
      .time_left = request->deadline - start,
  };
  if (order.time_left <= 0) {
    fail(request, FAILURE_TIMEOUT, "the deadline has passed");
    return;
  }
  if (revalidate_begin(&request->revalidation, session, &order, &request->transfer)) {
    finish_unsent(request);
    return;
  }
  struct engine *engine = session_engine(session);
  if (engine == NULL || !transfer_open(&request->transfer, engine, &session->transfer, &order)) {
    fail(request, FAILURE_REFUSED, "not enough memory");
    return;
  }
  request->state = REQUEST_SENT;
  request->token_generation = session->token_generation;
  request->attempts++;
  request->transfer.job.gate = &session->gate;
  request->transfer.job.not_before = start;
  session->counts.requests++;
  trace(request, "request", -1, -1);
  engine_submit(engine, &request->transfer.job);
}

static bool add_line(struct curl_slist **list, const char *line) {
  struct curl_slist *longer = curl_slist_append(*list, line);
  if (longer != NULL) *list = longer;
  return longer != NULL;
}

static bool copy_headers(struct curl_slist **copy, const struct curl_slist *list) {
  for (; list != NULL; list = list->next)
    if (!add_line(copy, list->data)) return false;
  return true;
}

/* Gives the request its own header lines: the media types, and what the order brings. */
static bool prepare_headers(struct request *request, const struct request_order *order) {
  const struct session *session = request->session;
  const char *type = order->content_type != NULL ? order->content_type : session->content_type;
  return add_line(&request->headers, order->accept != NULL ? order->accept : session->accept) &&
         (order->body == NULL || add_line(&request->headers, type)) && copy_headers(&request->headers, order->headers);
}

/* Fills a zeroed request from its order; false without memory. */
static bool prepare(struct request *request, struct session *session, const struct request_order *order) {
  request->session = session;
  request->deadline = order->deadline;
  request->repeatable = order->repeatable;
  request->gone_is_done = order->gone_is_done;
  request->retry_after = -1;
  buffer_init(&request->reason, REQUEST_REASON_MAXIMUM);
  buffer_init(&request->body, (size_t)-1 / 4);
  link_request(request);
  request->method = strdup(order->method);
  request->url = strdup(order->url);
  return request->method != NULL && request->url != NULL && prepare_headers(request, order) &&
         (order->body == NULL ||
          (buffer_append(&request->body, order->body, order->body_length) && buffer_text(&request->body) != NULL));
}

void request_start(struct request *request, struct session *session, const struct request_order *order) {
  if (!prepare(request, session, order)) {
    fail(request, FAILURE_REFUSED, "not enough memory");
    return;
  }
  /* a token function that had none the last time may have one now */
  bool asks = session->engine != NULL && session->token_source == SESSION_TOKEN_FUNCTION;
  if (asks && session->authorization.length == 0) session->token_wanted = true;
  send_attempt(request, order->delay);
}

void request_refuse(struct request *request, struct session *session, const struct request_order *order,
                    enum failure_kind kind, const char *reason) {
  fail(request, prepare(request, session, order) ? kind : FAILURE_REFUSED, reason);
}

void request_close(struct request *request) {
  if (request->session == NULL) return;
  if (request->state != REQUEST_DONE) unlink_request(request);
  if (request->state == REQUEST_SENT) revalidate_after(request->session, request->method, 0);
  revalidate_end(&request->revalidation);
  transfer_close(&request->transfer);
  free(request->method);
  free(request->url);
  curl_slist_free_all(request->headers);
  buffer_free(&request->body);
  buffer_free(&request->reason);
  memset(request, 0, sizeof *request);
}

void request_cancel_all(struct session *session) {
  while (session->requests != NULL) {
    struct request *request = session->requests;
    transfer_close(&request->transfer);
    fail(request, FAILURE_CANCELLED, "the client was closed");
  }
}

void request_unpark(struct session *session) {
  for (struct request *request = session->requests, *next; request != NULL; request = next) {
    next = request->next;
    if (request->state == REQUEST_PARKED) send_attempt(request, 0);
  }
}

void request_step(struct engine *engine, double seconds) {
  engine_step(engine, seconds);
  for (struct engine_job *job; (job = engine_take(engine)) != NULL;) attempt_done((struct request *)(void *)job);
}
