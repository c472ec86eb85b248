/*
** request_trace.c: the trace events of a request.
*/
#include "http/request_trace.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "http/header_list.h"
#include "http/secrets.h"

#define REQUEST_TRACE_HIDDEN "[token]"
/* Bytes of all headers of an event; more are dropped. */
#define REQUEST_TRACE_HEADERS ((size_t)1 << 20)

/* ------------------------------------------------------------------- redacted copies */

/*
** Returns the most bytes of a redacted text of `length` bytes: a mark is hardly longer than the
** secret that it replaces.
*/
static size_t redacted_most(size_t length) {
  return 2 * length + sizeof REQUEST_TRACE_HIDDEN;
}

/* Initializes `copy` with a redacted copy of the bytes; empty on out of memory. */
static void copy_redacted(struct buffer *copy, const char *bytes, size_t length,
                          const struct buffer *secrets) {
  buffer_init(copy, redacted_most(length));
  buffer_append(copy, bytes, length);
  redact(copy, secrets);
}

/* Returns a redacted copy of a text, which the caller frees; NULL for NULL and on out of memory. */
static char *redacted(const char *text, const struct buffer *secrets) {
  struct buffer copy;
  if (text == NULL) return NULL;
  copy_redacted(&copy, text, strlen(text), secrets);
  if (buffer_text(&copy) == NULL) buffer_free(&copy);
  return copy.bytes;
}

/*
** Appends a header field as response_headers.h has it. The value of a secret field is hidden, also
** if it is too short for redact; the scheme of Authorization stays.
*/
static void append_field(struct buffer *headers, const char *name, size_t length,
                         const char *value) {
  bool is_secret = secrets_is_name(name, length);
  for (size_t i = 0; i < length; i++) buffer_putc(headers, (char)tolower((unsigned char)name[i]));
  buffer_puts(headers, ": ");
  size_t scheme = strcspn(value, " ");
  if (is_secret && header_list_is_named(name, "Authorization") && value[scheme] == ' ')
    buffer_append(headers, value, scheme + 1);
  buffer_puts(headers, is_secret ? REQUEST_TRACE_HIDDEN : value);
  buffer_putc(headers, '\0');
}

/* Initializes `headers` with the request's own lines; libcurl adds further ones. */
static void copy_sent_headers(struct buffer *headers, const struct request *request) {
  buffer_init(headers, REQUEST_TRACE_HEADERS);
  for (const struct curl_slist *line = transfer_sent_headers(&request->transfer); line != NULL;
       line = line->next) {
    size_t name = strcspn(line->data, ":;"); /* "Name;" has an empty value */
    bool is_empty = line->data[name] != ':';
    const char *value =
        is_empty ? "" : line->data + name + 1 + strspn(line->data + name + 1, " \t");
    if (*value != '\0' || is_empty) append_field(headers, line->data, name, value);
  }
}

static void copy_received_headers(struct buffer *headers, const struct request *request) {
  const char *name, *value;
  size_t length, position = 0;
  buffer_init(headers, REQUEST_TRACE_HEADERS);
  while (transfer_next_header(&request->transfer, &position, &name, &length, &value))
    append_field(headers, name, length, value);
}

/* Copies the beginning of a body. All of it is redacted, since a secret may be at the cut. */
static void copy_body(struct trace_event *event, const struct buffer *body,
                      const struct buffer *secrets) {
  copy_redacted(&event->body, body->bytes, body->length, secrets);
  event->body_size = (double)event->body.length;
  size_t length = REQUEST_TRACE_BODY;
  if (event->body.length <= length) return;
  while (length > 0 && ((unsigned char)event->body.bytes[length] & 0xC0) == 0x80) length--;
  buffer_cut(&event->body, length);
}

/* Adds the headers and body for which the trace asks. */
static void add_details(struct trace_event *event, const struct request *request, bool is_sent,
                        const struct buffer *secrets) {
  enum trace_detail detail = request->session->trace.detail;
  if (detail < TRACE_HEADERS) return;
  (is_sent ? copy_sent_headers : copy_received_headers)(&event->headers, request);
  redact(&event->headers, secrets);
  if (detail < TRACE_BODIES) return;
  copy_body(event, is_sent ? &request->body : &request->transfer.body, secrets);
}

/* ------------------------------------------------------------------- events */

/* Returns an event that has nothing yet. */
static struct trace_event make(const char *name, const struct request *request) {
  return (struct trace_event){.event = name,
                              .attempt = request->attempts,
                              .status = -1,
                              .seconds = -1,
                              .bytes = -1,
                              .wait = -1,
                              .resources = -1,
                              .body_size = -1};
}

static void set_response(struct trace_event *event, const struct request *request) {
  event->status = request->facts.status;
  event->seconds = request->facts.seconds;
  event->bytes = (double)request->facts.bytes_in;
}

/*
** Completes an event and adds it. `text` may be NULL. It has details of the request if `is_sent`,
** of the response if `is_received`.
*/
static void add(struct trace_event *event, struct request *request, const char *text, bool is_sent,
                bool is_received) {
  struct buffer secrets;
  request_secrets(request, &secrets);
  snprintf(event->method, sizeof event->method, "%s", request->method);
  event->url = redacted(request->url, &secrets);
  event->request_id = redacted(request_id_sent(request), &secrets);
  event->text = redacted(text, &secrets);
  if (is_sent || is_received) add_details(event, request, is_sent, &secrets);
  buffer_wipe(&secrets);
  if (event->url != NULL)
    trace_add(&request->session->trace, event);
  else
    trace_event_free(event);
}

/* Returns the request's reason as a text; NULL if there is none. */
static const char *reason_of(struct request *request) {
  return request->reason.length > 0 ? buffer_text(&request->reason) : NULL;
}

void request_trace_sent(struct request *request) {
  if (!request->session->trace.on) return;
  struct trace_event event = make("request", request);
  add(&event, request, NULL, true, false);
}

void request_trace_response(struct request *request, enum error_kind kind, int attempt) {
  if (!request->session->trace.on) return;
  struct trace_event event = make("response", request);
  set_response(&event, request);
  event.attempt = attempt;
  if (kind != KIND_NONE) event.kind = error_kind_name(kind);
  add(&event, request, reason_of(request), false, true);
}

void request_trace_cached(struct request *request) {
  if (!request->session->trace.on) return;
  struct trace_event event = make("response", request);
  set_response(&event, request);
  event.is_cached = true;
  add(&event, request, NULL, false, true);
}

void request_trace_retry(struct request *request, enum error_kind kind, double wait) {
  if (!request->session->trace.on) return;
  struct trace_event event = make("retry", request);
  const char *reason = reason_of(request);
  struct buffer text;
  event.wait = wait;
  event.kind = error_kind_name(kind);
  buffer_init(&text, (size_t)1 << 16);
  if (reason != NULL)
    buffer_printf(&text, "%s: %s", event.kind, reason);
  else
    buffer_printf(&text, "%ld %s", request->facts.status, event.kind);
  add(&event, request, buffer_text(&text), false, false);
  buffer_free(&text);
}

void request_trace_page(struct request *request, size_t resources) {
  if (!request->session->trace.on) return;
  struct trace_event event = make("page", request);
  set_response(&event, request);
  event.resources = (double)resources;
  add(&event, request, NULL, false, false);
}
