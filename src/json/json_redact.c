/*
** json_redact.c: removes secrets from the strings of JSON text.
*/
#include "json/json_redact.h"

#include <string.h>

#include "base/redact.h"
#include "json/json_place.h"
#include "json/json_scan.h"

/* Whether the string that ends at `at` is the name of a member. */
static bool is_name(const char *at, const char *end) {
  while (at < end && strchr(" \n\r\t", *at) != NULL) at++;
  return at < end && *at == ':';
}

void json_redact(struct buffer *out, const char *text, size_t length, const struct buffer *secrets,
                 bool with_names) {
  const char *end = text + length;
  for (size_t token; text < end; text += token) {
    token = json_token_length(text, (size_t)(end - text));
    if (*text != '"' || (!with_names && is_name(text + token, end))) {
      json_scan_compact(out, (struct json_span){text, token});
      continue;
    }
    struct buffer string;
    buffer_init(&string, (size_t)-1 / 4);
    buffer_append(&string, text, token);
    redact(&string, secrets);
    if (string.failed != BUFFER_FINE) out->failed = BUFFER_NO_MEMORY;
    buffer_append(out, string.bytes, string.length);
    buffer_wipe(&string);
  }
}
