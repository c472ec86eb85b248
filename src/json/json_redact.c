/*
** json_redact.c: removes secrets from the strings of JSON text.
*/
#include "json/json_redact.h"

#include "base/redact.h"
#include "json/json_scan.h"

/* Whether the string before `rest` is the name of a member. */
static bool is_followed_by_colon(struct json_span rest) {
  struct json_span token;
  return json_scan_token(&rest, &token) && *token.text == ':';
}

void json_redact(struct buffer *out, const char *text, size_t length, const struct buffer *secrets,
                 bool with_names) {
  struct json_span rest = {text, length}, token;
  while (json_scan_token(&rest, &token)) {
    if (*token.text != '"' || (!with_names && is_followed_by_colon(rest))) {
      buffer_append(out, token.text, token.length);
      continue;
    }
    struct buffer string;
    buffer_init(&string, (size_t)-1 / 4);
    buffer_append(&string, token.text, token.length);
    redact(&string, secrets);
    if (string.failed != BUFFER_FINE) out->failed = BUFFER_NO_MEMORY;
    buffer_append(out, string.bytes, string.length);
    buffer_wipe(&string);
  }
}
