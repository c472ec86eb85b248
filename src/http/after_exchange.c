/*
** after_exchange.c: what follows an exchange of a request.
*/
#include "http/after_exchange.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/rate_limit_headers.h"
#include "http/redirect.h"
#include "http/request_cassette.h"
#include "http/request_order.h"
#include "http/request_trace.h"
#include "http/retry.h"

static struct next_step send_again(double wait) {
  return (struct next_step){.is_sent_again = true, .wait = wait};
}

static struct next_step end_with(enum error_kind error) {
  return (struct next_step){.error = error};
}

/* Makes the next transfer a part of the same attempt. */
static struct next_step continue_attempt(struct request *request) {
  request->continues_attempt = true;
  return send_again(0);
}

bool request_is_safe_to_repeat(const struct request *request, bool not_executed) {
  return request->repeatable || (not_executed && !request->outcome_unknown);
}

bool request_outcome_is_unknown(const struct request *request) {
  bool succeeded = request->facts.status >= 200 && request->facts.status < 300;
  bool unread = succeeded && !request_is_safe(request) &&
                (request->error == KIND_PROTOCOL || request->error == KIND_REFUSED);
  return request->outcome_unknown || unread;
}

/*
** Whether the number of attempts, the wait, the quota and the deadline allow a retry, which then is
** the `next` step. Otherwise changes nothing. `kind` is that of the failure.
*/
static bool retry(struct request *request, enum error_kind kind, bool after_timeout,
                  struct next_step *next) {
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
  request_trace_add(
      request,
      (struct request_trace){
          .event = REQUEST_TRACE_RETRY, .attempt = request->attempts, .error = kind, .wait = wait});
  if (session_replays(session)) request->deadline -= wait; /* for which it does not wait */
  *next = send_again(wait);
  return true;
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

struct next_step after_transport_error(struct request *request, struct transport_error error,
                                       bool never_started, bool at_deadline) {
  struct next_step next;
  if (!error.not_sent && !request_is_safe(request)) request->outcome_unknown = true;
  bool may_retry = !error.permanent && !at_deadline && (error.not_sent || request->repeatable);
  request_trace_add(request,
                    (struct request_trace){.event = REQUEST_TRACE_RESPONSE,
                                           .attempt = request->attempts + (never_started ? 1 : 0),
                                           .error = error.kind});
  if (may_retry && retry(request, error.kind, error.kind == KIND_TIMEOUT, &next)) return next;
  request->retryable = !error.permanent && error.kind != KIND_REFUSED &&
                       request_is_safe_to_repeat(request, error.not_sent);
  return end_with(error.kind);
}

/*
** Handles a 401 if the token is from a function: requests a new token, with which the request is
** sent again, once. Returns false if that is not possible.
*/
static bool renew_token(struct request *request) {
  struct credentials *credentials = request->session->credentials;
  if (credentials->source != CREDENTIALS_FUNCTION || request->token_renewed) return false;
  request->token_renewed = true;
  if (request->token_generation == credentials->generation) credentials->wanted = true;
  return true;
}

/* Handles a redirect: it is followed, or refused. */
static struct next_step follow_redirect(struct request *request) {
  enum error_kind error;
  struct redirect redirect = {
      .status = request->facts.status,
      .method = request->method,
      .url = request->url,
      .location = transfer_header(&request->transfer, "location"),
      .base = request->session->base,
      .followed = request->redirects,
  };
  /*
  ** 307, 308 and a slash at the end of the path mean that this server did not execute the request
  */
  if (!request_is_safe(request) && redirect.status < 307 && !redirect_is_slash(&redirect))
    request->outcome_unknown = true;
  char *target = redirect_target(&redirect, &error, &request->reason);
  if (target == NULL) return end_with(error);
  free(request->url);
  request->url = target;
  if (!request_change_method(request, redirect_method(&redirect))) {
    request_set_reason(request, ERROR_NO_MEMORY, strlen(ERROR_NO_MEMORY));
    return end_with(KIND_REFUSED);
  }
  request->redirects++;
  return continue_attempt(request);
}

/*
** Handles a 304: the response is the stored one. If it cannot be used the request is sent without
** conditions.
*/
static struct next_step handle_not_modified(struct request *request) {
  if (!revalidate_use_stored(&request->revalidation, request->session, &request->transfer))
    return continue_attempt(request);
  request->facts.status = 200;
  return end_with(KIND_NONE);
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
static struct next_step fail_status(struct request *request) {
  buffer_clear(&request->reason);
  buffer_printf(&request->reason, "unexpected status %ld", request->facts.status);
  return end_with(KIND_PROTOCOL);
}

struct next_step after_response(struct request *request) {
  struct next_step next;
  long status = request->facts.status;
  request_trace_add(request, (struct request_trace){.event = REQUEST_TRACE_RESPONSE,
                                                    .attempt = request->attempts,
                                                    .error = error_kind_of_status(status)});
  read_rate_limits(request);
  if (status == 304 && revalidate_expects_304(&request->revalidation))
    return handle_not_modified(request);
  if (status == 200) revalidate_store(&request->revalidation, request->session, &request->transfer);
  if (redirect_is_status(status)) return follow_redirect(request);
  if (status == 401 && renew_token(request)) return send_again(0);
  if (retry_may_have_been_done(status) && !request_is_safe(request))
    request->outcome_unknown = true;
  if (retry_allows_status(status, request->repeatable) &&
      retry(request, error_kind_of_status(status), status == 504, &next))
    return next;
  if (status == 404 && request->not_found_is_success && request->outcome_unknown) {
    buffer_clear(&request->transfer.body);
    return end_with(KIND_NONE);
  }
  if (status < 200 || (status >= 300 && status < 400)) return fail_status(request);
  request->retryable = retry_is_temporary(status) &&
                       request_is_safe_to_repeat(request, retry_states_nothing_done(status));
  return end_with(error_kind_of_status(status));
}

/* Processes a transfer that failed without a complete response. */
static struct next_step transfer_failed(struct request *request) {
  struct transport_error error = transport_error_of(&request->transfer);
  bool never_started = was_never_started(request);
  bool at_deadline = error.kind == KIND_TIMEOUT && clock_now() >= request->deadline;
  if (never_started) request->attempts--;
  if (at_deadline) {
    request_set_deadline_reason(request, transfer_was_started(&request->transfer)
                                             ? DEADLINE_IN_EXCHANGE
                                             : DEADLINE_FOR_CONNECTION);
  } else {
    struct proxy proxy = request_proxy(request);
    transport_error_describe(&request->transfer, &proxy, &request->reason);
  }
  request_cassette_end(request, &error, at_deadline);
  return after_transport_error(request, error, never_started, at_deadline);
}

struct next_step after_exchange(struct request *request) {
  struct session_counts *counts = &request->session->counts;
  request->facts = transfer_facts(&request->transfer);
  counts->bytes_in += request->facts.bytes_in;
  counts->bytes_out += request->facts.bytes_out;
  counts->connections += (uint64_t)request->facts.connections;
  buffer_clear(&request->reason); /* it may be of an earlier attempt */
  if (transfer_was_resent(&request->transfer)) {
    counts->requests++;
    if (!request_is_safe(request)) request->outcome_unknown = true;
  }
  revalidate_after(request->session, request->method, request->facts.status);
  if (transfer_result(&request->transfer) != CURLE_OK || transfer_is_cut_short(&request->transfer))
    return transfer_failed(request);
  request_cassette_end(request, NULL, false);
  return after_response(request);
}
