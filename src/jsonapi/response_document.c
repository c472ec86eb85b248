/*
** response_document.c: reads the document of a successful response.
*/
#include "jsonapi/response_document.h"

#include <string.h>

#include "base/excerpt.h"
#include "json/json_padding.h"

/* Whether a body is in gzip's format (RFC 1952, 2.3.1). */
static bool is_gzip(const struct buffer *body) {
  return body->length > 2 && memcmp(body->bytes, "\x1F\x8B\x08", 3) == 0;
}

/* Sets the request's reason: the content type, if it is not JSON, and the parser's reason. */
static void reject_body(struct request *request, const struct buffer *reason) {
  const char *type = transfer_header(&request->transfer, "content-type");
  request_set_error(request, KIND_PROTOCOL);
  buffer_clear(&request->reason);
  if (type == NULL || strstr(type, "json") == NULL) {
    if (type == NULL) type = "a response without Content-Type";
    buffer_puts(&request->reason, "expected JSON:API, got ");
    excerpt_append(&request->reason, type, strlen(type), EXCERPT_VALUE);
    buffer_puts(&request->reason, "; check the option url ");
  }
  if (is_gzip(&request->transfer.body)) {
    buffer_puts(&request->reason, "(the body is gzip, which Content-Encoding does not state)");
    return;
  }
  buffer_printf(&request->reason, "(%.*s)", (int)reason->length,
                reason->length > 0 ? reason->bytes : "");
}

/*
** Whether a document has errors and no data: data is absent, null or an empty list (JSON:API 1.1,
** 7.1).
*/
static bool is_failure(const struct document_store *document) {
  struct json_value errors = json_member(document->root, "errors");
  enum json_type type = json_type(errors);
  if (!json_exists(document->data)) return type != JSON_ABSENT && type != JSON_NULL;
  return document->count == 0 && type == JSON_ARRAY && json_count(errors) > 0;
}

bool response_document_read(struct request *request, struct document_store *document) {
  struct buffer *body = &request->transfer.body, reason;
  if (request->error != KIND_NONE || body->length == 0) return false;
  buffer_init(&reason, 512);
  bool padded = json_pad(body);
  bool fine = padded && document_store_read(document, body->bytes, body->length, &reason);
  bool failed = fine && is_failure(document);
  if (!padded || document->lacks_memory || reason.failed == BUFFER_NO_MEMORY)
    request_reject(request, KIND_REFUSED, ERROR_NO_MEMORY);
  else if (!fine)
    reject_body(request, &reason);
  else if (failed) /* a failure with a success status */
    request_set_error(request, KIND_PROTOCOL);
  else
    session_return_body(request->session, body);
  buffer_free(&reason);
  return fine && !failed;
}
