/*
** interaction.c: reads interactions.
*/
#include "cassette/interaction.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "cassette/recorded_request.h"
#include "json/json_bigint.h"
#include "json/json_value.h"

static const char *const kinds[] = {"network", "protocol", "refused", "timeout", "tls"};

struct json_value interaction_parse(struct json_document *document, struct json_span part,
                                    struct buffer *problem) {
  const char *reason;
  enum json_failure failure = json_parse(document, part.text, part.length, &reason);
  if (failure == JSON_INVALID)
    failure = json_bigint_parse(document, part.text, part.length, false, problem);
  else
    buffer_puts(problem, reason);
  if (failure == JSON_NO_MEMORY) problem->failed = BUFFER_NO_MEMORY;
  return failure == JSON_FINE ? json_root(document) : (struct json_value){NULL, 0};
}

static bool fail(struct json_scan *scan, const char *at, struct buffer *problem, const char *text) {
  scan->at = at;
  buffer_puts(problem, text);
  return false;
}

/*
** Parses a part that the file has under `name`. Returns no value, and notes the problem, if it
** cannot.
*/
static struct json_value parse(struct json_scan *scan, struct json_document *document,
                               const char *name, struct json_span part, struct buffer *problem) {
  size_t before = problem->length;
  buffer_puts(problem, name);
  buffer_puts(problem, ": ");
  struct json_value value = interaction_parse(document, part, problem);
  if (json_exists(value))
    problem->length = before;
  else
    scan->at = part.text;
  return value;
}

/* Returns a scan of a part of the text that `scan` reads. */
static struct json_scan scan_part(const struct json_scan *scan, struct json_span part) {
  return (struct json_scan){
      .start = scan->start, .end = part.text + part.length, .at = part.text, .problem = NULL};
}

/* Whether it is the value of a header: a text, or an array of texts. None may have a NUL. */
static bool is_header(struct json_value value) {
  struct json_value item;
  struct json_content content = json_content(value);
  if (content.type == JSON_STRING)
    return strcspn(content.as.string, "\r\n") == content.length; /* also no NUL */
  if (content.type != JSON_ARRAY) return false;
  for (struct json_iterator items = json_iterate(value); json_next_item(&items, &item);)
    if (json_type(item) != JSON_STRING || !is_header(item)) return false;
  return true;
}

static bool are_headers(struct json_value value) {
  struct json_value header;
  const char *name;
  size_t length;
  if (json_type(value) != JSON_OBJECT) return false;
  for (struct json_iterator i = json_iterate(value); json_next_member(&i, &name, &length, &header);)
    if (length == 0 || memchr(name, '\0', length) != NULL || memchr(name, ':', length) != NULL ||
        !is_header(header))
      return false;
  return true;
}

static bool is_base64(struct json_value value) {
  struct json_content content = json_content(value);
  return content.type == JSON_STRING && base64_is_valid(content.as.string, content.length);
}

/* Sets the body to a member of the response. Returns false if it has one already. */
static bool set_body(struct interaction *interaction, enum interaction_body type,
                     struct json_span value) {
  if (interaction->body_type != INTERACTION_EMPTY) return false;
  interaction->body_type = type;
  interaction->body = value;
  return true;
}

/* Returns a status, which servers may also invent; 0 if it is none. */
static int status_of(struct json_span value) {
  int status = 0;
  if (value.length != 3) return 0;
  for (size_t i = 0; i < 3; i++) {
    if (value.text[i] < '0' || value.text[i] > '9') return 0;
    status = status * 10 + (value.text[i] - '0');
  }
  return status >= 100 ? status : 0;
}

static bool read_response(struct json_scan *scan, struct json_document *document,
                          struct interaction *interaction, struct buffer *problem) {
  struct json_span name, value, response = interaction->response;
  struct json_scan members = scan_part(scan, response);
  if (!json_scan_enter(&members, '{'))
    return fail(scan, response.text, problem, "response: expected an object");
  while (json_scan_member(&members, &name) && json_scan_value(&members, &value)) {
    bool is_text = *value.text == '"', fine = true;
    if (text_is(name.text, name.length, "status")) {
      interaction->status = status_of(value);
      if (interaction->status == 0)
        return fail(scan, value.text, problem,
                    "response.status: expected a number from 100 to 999");
    } else if (text_is(name.text, name.length, "headers")) {
      struct json_value headers = parse(scan, document, "response.headers", value, problem);
      if (!json_exists(headers)) return false;
      if (!are_headers(headers))
        return fail(scan, value.text, problem,
                    "response.headers: expected an object of texts (an array of them for several)");
      interaction->headers = value;
    } else if (text_is(name.text, name.length, "body")) {
      fine = set_body(interaction, INTERACTION_JSON, value);
    } else if (text_is(name.text, name.length, "text")) {
      fine = set_body(interaction, INTERACTION_TEXT, value);
      if (!is_text) return fail(scan, value.text, problem, "response.text: expected a text");
    } else if (text_is(name.text, name.length, "base64")) {
      fine = set_body(interaction, INTERACTION_BASE64, value);
      struct json_value base64 = parse(scan, document, "response.base64", value, problem);
      if (!json_exists(base64)) return false;
      if (!is_base64(base64))
        return fail(scan, value.text, problem, "response.base64: expected a text in base64");
    }
    if (!fine)
      return fail(scan, value.text, problem, "response: expected one of body, text and base64");
  }
  if (interaction->status == 0)
    return fail(scan, response.text, problem, "response: expected a status, got none");
  return true;
}

/* Returns the literal of a failure's kind; NULL for another one. */
static const char *kind_of(struct json_value failure) {
  struct json_content content = json_content(json_member(failure, "kind"));
  for (size_t i = 0; content.type == JSON_STRING && i < sizeof kinds / sizeof *kinds; i++)
    if (text_is(content.as.string, content.length, kinds[i])) return kinds[i];
  return NULL;
}

static bool read_failure(struct json_scan *scan, struct json_span failure,
                         struct json_document *document, struct buffer *problem) {
  struct json_value value = parse(scan, document, "failure", failure, problem);
  if (!json_exists(value)) return false;
  enum json_type message = json_type(json_member(value, "message"));
  if (kind_of(value) == NULL)
    return fail(scan, failure.text, problem,
                "failure.kind: expected \"network\", \"protocol\", \"refused\", \"timeout\" or "
                "\"tls\"");
  if (message != JSON_STRING && message != JSON_ABSENT)
    return fail(scan, failure.text, problem, "failure.message: expected a text");
  int64_t status = json_whole(json_member(value, "status"));
  return !json_exists(json_member(value, "status")) || (status >= 100 && status <= 999) ||
         fail(scan, failure.text, problem, "failure.status: expected a number from 100 to 999");
}

/* Finds the parts of an interaction. */
static bool read_members(struct json_scan *scan, struct json_document *document,
                         struct interaction *interaction, struct buffer *problem) {
  struct json_span name, value;
  struct json_scan members = scan_part(scan, interaction->whole);
  if (!json_scan_enter(&members, '{'))
    return fail(scan, interaction->whole.text, problem, "expected an object");
  while (json_scan_member(&members, &name) && json_scan_value(&members, &value)) {
    if (text_is(name.text, name.length, "request")) interaction->request = value;
    if (text_is(name.text, name.length, "response")) interaction->response = value;
    if (text_is(name.text, name.length, "failure")) interaction->failure = value;
  }
  if (interaction->request.text == NULL)
    return fail(scan, interaction->whole.text, problem, "expected a request, got none");
  bool is_answered = interaction->response.text != NULL;
  if (is_answered == (interaction->failure.text != NULL))
    return fail(scan, interaction->whole.text, problem,
                is_answered ? "expected either a response or a failure, got both"
                            : "expected a response or a failure, got neither");
  return is_answered ? read_response(scan, document, interaction, problem)
                     : read_failure(scan, interaction->failure, document, problem);
}

bool interaction_read(struct json_scan *scan, struct json_document *document,
                      const struct buffer *ignored, struct interaction *interaction,
                      struct buffer *problem) {
  *interaction = (struct interaction){.status = 0};
  if (!json_scan_value(scan, &interaction->whole))
    return fail(scan, scan->at, problem, scan->problem);
  if (!read_members(scan, document, interaction, problem)) return false;
  struct json_value request = parse(scan, document, "request", interaction->request, problem);
  if (!json_exists(request)) return false;
  const char *fault = recorded_request_problem(request);
  if (fault != NULL) return fail(scan, interaction->request.text, problem, fault);
  interaction->hash = recorded_request_hash(request, ignored);
  return true;
}

/* Whether a member is true. */
static bool is_true(struct json_value object, const char *name) {
  return json_type(json_member(object, name)) == JSON_TRUE;
}

struct interaction_failure interaction_failure(struct json_document *document,
                                               const struct interaction *interaction,
                                               struct buffer *reason) {
  struct json_value failure = interaction_parse(document, interaction->failure, reason);
  struct json_content message = json_content(json_member(failure, "message"));
  const char *kind = kind_of(failure); /* NULL on out of memory */
  int64_t status = json_whole(json_member(failure, "status"));
  if (message.type == JSON_STRING) buffer_append(reason, message.as.string, message.length);
  return (struct interaction_failure){.kind = kind != NULL ? kind : "refused",
                                      .sent = json_type(json_member(failure, "sent")) != JSON_FALSE,
                                      .permanent = is_true(failure, "permanent"),
                                      .at_deadline = is_true(failure, "deadline"),
                                      .status = status > 0 ? (int)status : 0};
}
