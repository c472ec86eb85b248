/*
** redact.c: takes a secret out of a text.
*/
#include "base/redact.h"

#include <string.h>

#include "base/hex.h"

#define REDACT_SHORTEST 6
#define REDACT_SHOWN "[token]"

/* The ASCII character that two hexadecimal digits at `text` stand for, -1 for anything else. */
static int hex_character(const char *text, const char *end) {
  if (end - text < 2 || hex_value(text[0]) < 0 || hex_value(text[1]) < 0) return -1;
  return hex_value(text[0]) * 16 + hex_value(text[1]);
}

/* How many bytes at `text` write the character `c`: itself or an escape of it; 0 when they write another. */
static size_t written(const char *text, const char *end, char c) {
  if (text == end) return 0;
  if (*text == c) return 1;
  if (*text == '%') return hex_character(text + 1, end) == (unsigned char)c ? 3 : 0;
  if (*text != '\\' || end - text < 2) return 0;
  if (text[1] == c) return 2;
  return end - text >= 6 && memcmp(text, "\\u00", 4) == 0 &&
                 hex_character(text + 4, end) == (unsigned char)c
             ? 6
             : 0;
}

/* How many bytes at `text` write the secret; 0 when something else stands there. */
static size_t match(const char *text, const char *end, const char *secret) {
  const char *at = text;
  for (; *secret != '\0'; secret++) {
    size_t length = written(at, end, *secret);
    if (length == 0) return 0;
    at += length;
  }
  return (size_t)(at - text);
}

void redact(struct buffer *text, const char *secret) {
  if (text->length == 0 || strlen(secret) < REDACT_SHORTEST) return;
  const char *end = text->bytes + text->length,
             *kept = text->bytes; /* what is before it has been copied */
  struct buffer clean;
  buffer_init(&clean, (size_t)-1 / 4);
  for (const char *at = text->bytes; at < end;) {
    size_t length = match(at, end, secret);
    if (length > 0) {
      buffer_append(&clean, kept, (size_t)(at - kept));
      buffer_puts(&clean, REDACT_SHOWN);
      kept = at + length;
    }
    at += length > 0 ? length : 1;
  }
  if (kept == text->bytes) return;
  buffer_append(&clean, kept, (size_t)(end - kept));
  clean.maximum = text->maximum;
  buffer_free(text);
  if (clean.failed == BUFFER_FINE)
    *text = clean;
  else
    buffer_free(&clean);
}
