/*
** request_trace.c: makes trace events of a request.
*/
#include "http/request_trace.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "http/header_list.h"
#include "http/request_order.h"
#include "http/request_secrets.h"
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
static void copy_sent_headers(struct buffer *headers, const struct transfer *transfer) {
  buffer_init(headers, REQUEST_TRACE_HEADERS);
  const struct curl_slist *rest = transfer_sent_headers(transfer);
  for (const char *line; (line = header_list_next(&rest)) != NULL;) {
    size_t name = strcspn(line, ":;"); /* "Name;" has an empty value */
    bool is_empty = line[name] != ':';
    const char *value = is_empty ? "" : line + name + 1;
    value += strspn(value, " \t");
    if (*value != '\0' || is_empty) append_field(headers, line, name, value);
  }
}

static void copy_received_headers(struct buffer *headers, const struct transfer *transfer) {
  const char *name, *value;
  size_t length, position = 0;
  buffer_init(headers, REQUEST_TRACE_HEADERS);
  while (transfer_next_header(transfer, &position, &name, &length, &value))
    append_field(headers, name, length, value);
}

/*
** Copies at most `length` bytes of a body. All of it is redacted, since a secret may be at the cut.
*/
static void copy_body(struct trace_event *event, const struct buffer *body, size_t length,
                      const struct buffer *secrets) {
  copy_redacted(&event->body, body->bytes, body->length, secrets);
  event->body_size = (double)event->body.length;
  if (event->body.length <= length) return;
  while (length > 0 && ((unsigned char)event->body.bytes[length] & 0xC0) == 0x80) length--;
  buffer_cut(&event->body, length);
}

/* Adds the headers and the body for which the trace asks. */
static void add_details(struct trace_event *event, const struct request *request, bool is_sent,
                        const struct buffer *secrets) {
  const struct session *session = request->session;
  const struct transfer *transfer = &request->transfer;
  if (session->trace.detail < TRACE_HEADERS) return;
  (is_sent ? copy_sent_headers : copy_received_headers)(&event->headers, transfer);
  redact(&event->headers, secrets);
  if (session->trace.detail < TRACE_BODIES) return;
  copy_body(event, is_sent ? &request->body : &transfer->body,
            session->dry_run ? (size_t)-1 : REQUEST_TRACE_BODY, secrets);
}

/* ------------------------------------------------------------------- events */

/*
** Returns why a response is not complete, or the reason of a retry ("503 unavailable"); NULL for
** other events and on out of memory. Caller frees it.
*/
static char *text_of(struct request *request, const struct request_trace *happened,
                     const struct buffer *secrets) {
  struct buffer text;
  const char *kind = error_kind_name(happened->error);
  const char *why = request->reason.length > 0 ? buffer_text(&request->reason) : NULL;
  if (happened->event == REQUEST_TRACE_RESPONSE) return redacted(why, secrets);
  if (happened->event != REQUEST_TRACE_RETRY) return NULL;
  buffer_init(&text, (size_t)1 << 16);
  if (why != NULL)
    buffer_printf(&text, "%s: %s", kind, why);
  else
    buffer_printf(&text, "%ld %s", request->facts.status, kind);
  char *reason = redacted(buffer_text(&text), secrets);
  buffer_free(&text);
  return reason;
}

/* Returns an event of the request with its facts. Caller frees it. */
static struct trace_event make(struct request *request, const struct request_trace *happened,
                               const struct buffer *secrets) {
  static const char *const names[] = {[REQUEST_TRACE_SENT] = "request",
                                      [REQUEST_TRACE_RESPONSE] = "response",
                                      [REQUEST_TRACE_CACHED] = "response",
                                      [REQUEST_TRACE_RETRY] = "retry",
                                      [REQUEST_TRACE_PAGE] = "page"};
  bool is_retry = happened->event == REQUEST_TRACE_RETRY;
  bool is_page = happened->event == REQUEST_TRACE_PAGE;
  bool has_facts = happened->event != REQUEST_TRACE_SENT && !is_retry;
  struct trace_event event = {
      .event = names[happened->event],
      .url = redacted(request->url, secrets),
      .request_id = redacted(request_id_sent(request), secrets),
      .attempt = happened->attempt,
      .status = has_facts ? request->facts.status : -1,
      .seconds = has_facts ? request->facts.seconds : -1,
      .bytes = has_facts ? (double)request->facts.bytes_in : -1,
      .wait = is_retry ? happened->wait : -1,
      .resources = is_page ? (double)happened->resources : -1,
      .total = is_page ? (double)happened->total : -1,
      .is_cached = happened->event == REQUEST_TRACE_CACHED,
      .kind = happened->error != KIND_NONE ? error_kind_name(happened->error) : NULL,
      .text = text_of(request, happened, secrets),
      .body_size = -1,
  };
  snprintf(event.method, sizeof event.method, "%s", request->method);
  return event;
}

void request_trace_make(struct request *request, const struct request_trace *happened) {
  struct trace *trace = &request->session->trace;
  bool has_details =
      happened->event != REQUEST_TRACE_RETRY && happened->event != REQUEST_TRACE_PAGE;
  struct buffer secrets;
  request_secrets(request, &secrets);
  struct trace_event event = make(request, happened, &secrets);
  if (has_details) add_details(&event, request, happened->event == REQUEST_TRACE_SENT, &secrets);
  buffer_wipe(&secrets);
  if (event.url != NULL)
    trace_add(trace, &event);
  else
    trace_event_free(&event);
}
