/*
** request_order.c: what a request sends.
*/
#include "http/request_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/header_list.h"
#include "http/method.h"

#define REQUEST_REASON_MAXIMUM 1024
#define REQUEST_ID "X-Request-Id"

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

bool request_prepare(struct request *request, struct session *session,
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

struct transfer_order request_transfer_order(const struct request *request) {
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

bool request_change_method(struct request *request, const char *method) {
  if (strcmp(request->method, method) == 0) return true;
  char *copy = strdup(method);
  if (copy == NULL) return false;
  free(request->method);
  request->method = copy;
  buffer_free(&request->body);
  header_list_remove(&request->headers, "Content-Type");
  return true;
}

bool request_is_safe(const struct request *request) {
  return request->method == NULL || method_is_safe(request->method);
}

const char *request_id_sent(const struct request *request) {
  if (*request->request_id != '\0') return request->request_id;
  const char *own = header_list_value(request->headers, REQUEST_ID);
  return own != NULL ? own : header_list_value(request->session->headers, REQUEST_ID);
}

struct proxy request_proxy(const struct request *request) {
  return proxy_of(request->session->transfer.curl.proxy, request->url);
}
