/*
** exchange_text.c: writes exchanges as JSON.
*/
#include "http/exchange_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/percent.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/utf8.h"
#include "cassette/interaction.h"
#include "cassette/recorded_request.h"
#include "http/rate_limit_headers.h"
#include "http/secrets.h"
#include "http/url.h"
#include "http/url_query.h"
#include "json/json_redact.h"
#include "json/json_scan.h"
#include "json/json_write.h"

/*
** Shorter values of cookies are no secrets wherever they occur, but words such as "active". No
** cookie itself is recorded.
*/
#define COOKIE_LEAST 12

/* ------------------------------------------------------------------ texts */

/*
** Appends a text as UTF-8. Bytes that are not UTF-8 are taken as Latin-1, as headers once had it.
*/
static void append_utf8(struct buffer *out, const char *text, size_t length) {
  if (utf8_valid(text, length)) {
    buffer_append(out, text, length);
    return;
  }
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte >= 0x80) buffer_putc(out, (char)(0xC0 | byte >> 6));
    buffer_putc(out, (char)(byte < 0x80 ? byte : 0x80 | (byte & 0x3F)));
  }
}

/* Appends a string without the secrets. */
static void append_string(struct buffer *out, const char *text, size_t length,
                          const struct buffer *secrets) {
  struct buffer shown;
  buffer_init(&shown, (size_t)-1 / 4);
  append_utf8(&shown, text, length);
  redact(&shown, secrets);
  if (shown.failed != BUFFER_FINE)
    out->failed = BUFFER_NO_MEMORY;
  else
    json_write_string(out, shown.bytes, shown.length);
  buffer_wipe(&shown);
}

/* Appends a string that has no secrets: a name or a literal. */
static void append_plain(struct buffer *out, const char *text) {
  json_write_string(out, text, strlen(text));
}

static void append_base64(struct buffer *out, const char *bytes, size_t length) {
  char *text = malloc(BASE64_LENGTH(length) + 1);
  if (text == NULL) {
    out->failed = BUFFER_NO_MEMORY;
    return;
  }
  base64_encode(bytes, length, text);
  buffer_putc(out, '"');
  buffer_append(out, text, BASE64_LENGTH(length));
  buffer_putc(out, '"');
  free(text);
}

static bool is_json(const struct buffer *body) {
  return json_scan_is_valid(body->bytes, body->length, INTERACTION_BODY_DEPTH);
}

/* Whether both have the same bytes. */
static bool is_unchanged(const struct buffer *body, const char *bytes, size_t length) {
  return body->length == length && memcmp(body->bytes, bytes, length) == 0;
}

/*
** Appends the member of a body, after a comma, by what it is without the secrets: JSON, text (also
** JSON that is too deep) or other bytes.
*/
static void append_body(struct buffer *out, const char *bytes, size_t length,
                        const struct buffer *secrets) {
  struct buffer body, json;
  if (length == 0) return;
  buffer_init(&body, (size_t)-1 / 4);
  buffer_init(&json, (size_t)-1 / 4);
  buffer_append(&body, bytes, length);
  bool was_json = body.failed == BUFFER_FINE && is_json(&body);
  redact(&body, secrets);
  bool is_clean = body.failed == BUFFER_FINE && is_unchanged(&body, bytes, length);
  if (was_json && is_clean) json_scan_compact(&json, (struct json_span){bytes, length});
  if (was_json && !is_clean) json_redact(&json, bytes, length, secrets, true);
  if (body.failed != BUFFER_FINE || json.failed != BUFFER_FINE) {
    out->failed = BUFFER_NO_MEMORY;
  } else if (was_json && (is_clean || is_json(&json))) {
    buffer_puts(out, ",\"body\":");
    buffer_append(out, json.bytes, json.length);
  } else if (utf8_valid(body.bytes, body.length)) {
    buffer_puts(out, ",\"text\":");
    json_write_string(out, body.bytes, body.length);
  } else {
    buffer_puts(out, ",\"base64\":");
    append_base64(out, body.bytes, body.length);
  }
  buffer_wipe(&body);
  buffer_wipe(&json);
}

/* ------------------------------------------------------------------ queries */

/* Moves over a character of a name or value, and returns its decoded byte. */
static char next_decoded(const char **at, const char *end) {
  int byte = percent_decode(*at, end);
  char plain = **at == '+' ? ' ' : **at;
  *at += byte >= 0 ? PERCENT_LENGTH : 1;
  return byte >= 0 ? (char)byte : plain;
}

/* Appends a name or value of a query, decoded. */
static void decode(struct buffer *out, const char *at, const char *end) {
  while (at < end) buffer_putc(out, next_decoded(&at, end));
}

/* Appends it as a string; as it is in the URL if its bytes are not UTF-8. */
static void append_decoded(struct buffer *out, const char *at, const char *end,
                           const struct buffer *secrets) {
  struct buffer text;
  buffer_init(&text, (size_t)(end - at) + 1);
  decode(&text, at, end);
  if (text.failed != BUFFER_FINE)
    out->failed = BUFFER_NO_MEMORY;
  else if (utf8_valid(text.bytes, text.length))
    append_string(out, text.bytes, text.length, secrets);
  else
    append_string(out, at, (size_t)(end - at), secrets);
  buffer_wipe(&text);
}

/* Whether the decoded names are the same, since they become members of one object. */
static bool has_same_name(const struct url_parameter *a, const struct url_parameter *b) {
  const char *ours = a->name, *theirs = b->name;
  while (ours < a->name_end && theirs < b->name_end)
    if (next_decoded(&ours, a->name_end) != next_decoded(&theirs, b->name_end)) return false;
  return ours == a->name_end && theirs == b->name_end;
}

/* Whether a parameter has credentials: RFC 6750 (2.3), and names that servers use. */
static bool is_secret(const struct url_parameter *parameter) {
  static const char *const names[] = {"access_token", "api_key",       "api-key", "apikey",
                                      "auth_token",   "client_secret", "password"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (url_parameter_is(parameter, names[i])) return true;
  return false;
}

/* Appends the value of a parameter; null if it has no `=`. */
static void append_value(struct buffer *out, const struct url_parameter *parameter,
                         const struct buffer *secrets) {
  if (*parameter->name_end != '=')
    buffer_puts(out, "null");
  else if (is_secret(parameter))
    append_plain(out, RECORDED_TOKEN);
  else
    append_decoded(out, parameter->value, parameter->value_end, secrets);
}

/* Appends the values of all parameters from `at` on with the name of `first`. */
static void append_values(struct buffer *out, const struct url_parameter *first, const char *at,
                          const struct buffer *secrets) {
  struct url_parameter other;
  bool is_array = false;
  for (const char *next = at; !is_array && url_query_next(&next, &other);)
    is_array = has_same_name(first, &other);
  if (is_array) buffer_putc(out, '[');
  append_value(out, first, secrets);
  while (is_array && url_query_next(&at, &other)) {
    if (!has_same_name(first, &other)) continue;
    buffer_putc(out, ',');
    append_value(out, &other, secrets);
  }
  if (is_array) buffer_putc(out, ']');
}

/* Whether a parameter before `parameter` has its name. */
static bool is_repeated(const char *url, const struct url_parameter *parameter) {
  struct url_parameter other;
  for (const char *at = url_query_start(url);
       url_query_next(&at, &other) && other.name < parameter->name;)
    if (has_same_name(parameter, &other)) return true;
  return false;
}

static void append_query(struct buffer *out, const char *url, const struct buffer *secrets) {
  struct url_parameter parameter;
  bool is_first = true;
  for (const char *at = url_query_start(url); url_query_next(&at, &parameter);) {
    bool is_empty = parameter.name == parameter.name_end && *parameter.name_end != '=';
    if (is_empty || is_repeated(url, &parameter)) continue;
    buffer_puts(out, is_first ? ",\"query\":{" : ",");
    is_first = false;
    append_decoded(out, parameter.name, parameter.name_end, secrets);
    buffer_putc(out, ':');
    append_values(out, &parameter, at, secrets);
  }
  if (!is_first) buffer_putc(out, '}');
}

/* ------------------------------------------------------------------ secrets */

static void add_secret(struct buffer *secrets, const char *bytes, size_t length) {
  if (length == 0 || memchr(bytes, '\0', length) != NULL) return;
  buffer_append(secrets, bytes, length);
  buffer_putc(secrets, '\0');
}

void exchange_text_add_url_secrets(struct buffer *secrets, const char *url) {
  struct url_parameter parameter;
  for (const char *at = url_query_start(url); url_query_next(&at, &parameter);) {
    if (!is_secret(&parameter)) continue;
    struct buffer value;
    buffer_init(&value, (size_t)(parameter.value_end - parameter.value) + 1);
    decode(&value, parameter.value, parameter.value_end);
    if (value.failed != BUFFER_FINE) secrets->failed = BUFFER_NO_MEMORY;
    if (value.length > 0) add_secret(secrets, value.bytes, value.length);
    add_secret(secrets, parameter.value, (size_t)(parameter.value_end - parameter.value));
    buffer_wipe(&value);
  }
}

/* Adds the values of cookies. */
static void add_cookies(struct buffer *secrets, const struct transfer *transfer) {
  const char *name, *value;
  size_t length, position = 0;
  while (transfer_next_header(transfer, &position, &name, &length, &value)) {
    if (!text_is(name, length, "set-cookie")) continue;
    const char *equals = strchr(value, '=');
    const char *start = equals != NULL ? equals + 1 : value;
    size_t value_length = strcspn(start, ";");
    if (value_length >= COOKIE_LEAST) add_secret(secrets, start, value_length);
  }
}

/* Adds the values of parameters with credentials in URLs that a text has. */
static void add_linked(struct buffer *secrets, const char *text, size_t length) {
  const char *end = text + length;
  for (const char *at = text; at < end; at++) {
    if (*at != '?' && *at != '&') continue;
    const char *name = at + 1, *equals = name;
    while (equals < end && (*equals == '_' || *equals == '-' || isalpha((unsigned char)*equals)))
      equals++;
    if (equals == end || *equals != '=') continue;
    const char *value = equals + 1, *value_end = value;
    while (value_end < end && strchr("&#\"'<>\\ \r\n", *value_end) == NULL) value_end++;
    struct url_parameter parameter = {name, equals, value, value_end};
    if (is_secret(&parameter)) add_secret(secrets, value, (size_t)(value_end - value));
  }
}

void exchange_text_add_response_secrets(struct buffer *secrets, const struct transfer *transfer) {
  const char *name, *value;
  size_t length, position = 0;
  add_cookies(secrets, transfer);
  while (transfer_next_header(transfer, &position, &name, &length, &value))
    add_linked(secrets, value, strlen(value));
  add_linked(secrets, transfer->body.bytes, transfer->body.length);
}

/* ------------------------------------------------------------------ requests */

/* Returns what follows the base in a URL or path, without the slash; NULL if it is not below it. */
static const char *below(const char *url, const char *base, size_t length) {
  if (strncmp(url, base, length) != 0) return NULL;
  if (url[length] == '/') return url + length + 1;
  return url[length] == '\0' || url[length] == '?' ? url + length : NULL;
}

/* Appends the path: relative to the base URL, from the host on, or with scheme and host. */
static void append_path(struct buffer *out, const char *url, const char *base_url,
                        const char *recorded_base_url, const struct buffer *secrets) {
  size_t origin = (size_t)(url_path(base_url) - base_url);
  const char *path = below(url, base_url, strlen(base_url));
  if (path == NULL && strncmp(url, base_url, origin) == 0 && url[origin] == '/') {
    const char *recorded = recorded_base_url != NULL ? url_path(recorded_base_url) : "";
    path = *recorded != '\0' ? below(url + origin, recorded, strlen(recorded)) : NULL;
    if (path == NULL) path = url + origin;
  }
  if (path == NULL) path = url;
  append_string(out, path, strcspn(path, "?"), secrets);
}

void exchange_text_request(struct buffer *out, const struct transfer_order *order,
                           const char *base_url, const char *recorded_base_url,
                           const struct buffer *secrets) {
  buffer_puts(out, "{\"method\":");
  append_plain(out, order->method);
  buffer_puts(out, ",\"path\":");
  append_path(out, order->url, base_url, recorded_base_url, secrets);
  append_query(out, order->url, secrets);
  if (order->body != NULL) append_body(out, order->body, order->body_length, secrets);
  buffer_putc(out, '}');
}

/* ------------------------------------------------------------------ responses */

/*
** Whether a field is not recorded: it says how the body was sent, or differs each time without a
** meaning for the client.
*/
static bool is_left_out(const char *name, size_t length) {
  static const char *const names[] = {"connection", "content-encoding", "content-length",   "date",
                                      "keep-alive", "trailer",          "transfer-encoding"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (text_is(name, length, names[i])) return true;
  return false;
}

/*
** Appends Retry-After as seconds, since a date is past when it is played. Returns false if it is
** none.
*/
static bool append_retry_after(struct buffer *out, const struct transfer *transfer) {
  char text[32];
  double seconds = rate_limit_headers_retry_after(transfer);
  if (seconds < 0) return false;
  snprintf(text, sizeof text, "%.0f", seconds);
  append_plain(out, text);
  return true;
}

static void append_header_value(struct buffer *out, const struct transfer *transfer,
                                const char *name, size_t length, const char *value,
                                const struct buffer *secrets) {
  if (secrets_is_name(name, length))
    append_plain(out, RECORDED_REMOVED);
  else if (!text_is(name, length, "retry-after") || !append_retry_after(out, transfer))
    append_string(out, value, strlen(value), secrets);
}

/* Whether a field with this name is before `position`. */
static bool came_before(const struct transfer *transfer, const char *name, size_t length,
                        size_t position) {
  const char *other, *value;
  size_t other_length, at = 0;
  while (transfer_next_header(transfer, &at, &other, &other_length, &value) && at < position)
    if (other_length == length && memcmp(other, name, length) == 0) return true;
  return false;
}

/* Sets `value` to that of the next field with a name. Returns false if there is none. */
static bool next_value(const struct transfer *transfer, const char *name, size_t length,
                       size_t *position, const char **value) {
  const char *other;
  size_t other_length;
  while (transfer_next_header(transfer, position, &other, &other_length, value))
    if (other_length == length && memcmp(other, name, length) == 0) return true;
  return false;
}

/* Appends the values of a name whose first field ends at `position`. */
static void append_header_values(struct buffer *out, const struct transfer *transfer,
                                 const char *name, size_t length, const char *first,
                                 size_t position, const struct buffer *secrets) {
  const char *value;
  size_t ahead = position;
  bool is_array = next_value(transfer, name, length, &ahead, &value);
  if (is_array) buffer_putc(out, '[');
  append_header_value(out, transfer, name, length, first, secrets);
  while (next_value(transfer, name, length, &position, &value)) {
    buffer_putc(out, ',');
    append_header_value(out, transfer, name, length, value, secrets);
  }
  if (is_array) buffer_putc(out, ']');
}

static void append_headers(struct buffer *out, const struct transfer *transfer,
                           const struct buffer *secrets) {
  const char *name, *value;
  size_t length, position = 0;
  bool is_first = true;
  while (transfer_next_header(transfer, &position, &name, &length, &value)) {
    if (is_left_out(name, length) || came_before(transfer, name, length, position)) continue;
    buffer_puts(out, is_first ? ",\"headers\":{" : ",");
    is_first = false;
    append_string(out, name, length, secrets);
    buffer_putc(out, ':');
    append_header_values(out, transfer, name, length, value, position, secrets);
  }
  if (!is_first) buffer_putc(out, '}');
}

void exchange_text_response(struct buffer *out, const struct transfer *transfer, long status,
                            const struct buffer *secrets) {
  buffer_printf(out, "{\"status\":%ld", status);
  append_headers(out, transfer, secrets);
  append_body(out, transfer->body.bytes, transfer->body.length, secrets);
  buffer_putc(out, '}');
}

void exchange_text_failure(struct buffer *out, const struct transport_error *error, long status,
                           bool at_deadline, const struct buffer *reason,
                           const struct buffer *secrets) {
  buffer_puts(out, "{\"kind\":");
  append_plain(out, error_kind_name(error->kind));
  buffer_puts(out, ",\"message\":");
  if (reason->failed == BUFFER_NO_MEMORY) out->failed = BUFFER_NO_MEMORY;
  append_string(out, reason->bytes, reason->length, secrets);
  if (status > 0) buffer_printf(out, ",\"status\":%ld", status);
  if (error->not_sent) buffer_puts(out, ",\"sent\":false");
  if (error->permanent) buffer_puts(out, ",\"permanent\":true");
  if (at_deadline) buffer_puts(out, ",\"deadline\":true");
  buffer_putc(out, '}');
}
