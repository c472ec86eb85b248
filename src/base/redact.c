/*
** redact.c: removes secrets from a text.
*/
#include "base/redact.h"

#include <limits.h>
#include <string.h>

#include "base/percent.h"

#define REDACT_SHORTEST 6
#define REDACT_MARK "[token]"

/* Returns the length of the escape at `text` if it encodes the character `c`; 0 otherwise. */
static size_t match_escape(const char *text, const char *end, char c) {
  if (*text == '%') return percent_decode(text, end) == (unsigned char)c ? PERCENT_LENGTH : 0;
  if (*text != '\\' || end - text < 2) return 0;
  if (text[1] == c) return 2;
  bool is_code = end - text >= 6 && memcmp(text, "\\u00", 4) == 0;
  return is_code && hex_byte(text + 4, end) == (unsigned char)c ? 6 : 0;
}

/*
** Returns how many bytes at `text` encode the secret; 0 if they do not. `is_escaped`: a character
** that begins escapes, like the percent sign, is itself escaped; otherwise it stands as it is.
*/
static size_t match_as(const char *text, const char *end, const char *secret, bool is_escaped) {
  const char *at = text;
  for (; *secret != '\0'; secret++) {
    if (at == end) return 0;
    size_t escape = match_escape(at, end, *secret);
    bool takes_escape = escape > 0 && (is_escaped || *at != *secret);
    if (!takes_escape && *at != *secret) return 0;
    at += takes_escape ? escape : 1;
  }
  return (size_t)(at - text);
}

static size_t match(const char *text, const char *end, const char *secret) {
  size_t length = match_as(text, end, secret, false);
  return length > 0 ? length : match_as(text, end, secret, true);
}

/* Appends as many of the `length` bytes as fit into the buffer's maximum. */
static void append_fitting(struct buffer *buffer, const char *bytes, size_t length) {
  size_t left = buffer->maximum - buffer->length;
  buffer_append(buffer, bytes, length < left ? length : left);
}

/* Sets which bytes can begin a secret: its first byte, or an escape. */
static void find_starts(const struct buffer *secrets, bool starts[UCHAR_MAX + 1]) {
  starts['%'] = starts['\\'] = true;
  for (size_t at = 0; at < secrets->length; at += strlen(secrets->bytes + at) + 1)
    starts[(unsigned char)secrets->bytes[at]] = true;
}

/* Returns how many bytes at `text` encode a secret, at most; 0 if they do not. */
static size_t match_any(const char *text, const char *end, const struct buffer *secrets) {
  size_t longest = 0;
  for (size_t at = 0, length; at < secrets->length; at += length + 1) {
    length = strlen(secrets->bytes + at);
    if (length < REDACT_SHORTEST) continue;
    size_t matched = match(text, end, secrets->bytes + at);
    if (matched > longest) longest = matched;
  }
  return longest;
}

void redact(struct buffer *text, const struct buffer *secrets) {
  if (secrets->failed != BUFFER_FINE) {
    buffer_free(text);
    text->failed = BUFFER_NO_MEMORY;
  }
  if (text->length == 0 || secrets->length == 0) return;
  bool starts[UCHAR_MAX + 1] = {false};
  find_starts(secrets, starts);
  const char *end = text->bytes + text->length;
  const char *copied = text->bytes; /* the end of what `clean` has */
  struct buffer clean;
  buffer_init(&clean, text->maximum);
  for (const char *at = text->bytes; at < end;) {
    size_t length = starts[(unsigned char)*at] ? match_any(at, end, secrets) : 0;
    if (length > 0) {
      append_fitting(&clean, copied, (size_t)(at - copied));
      append_fitting(&clean, REDACT_MARK, strlen(REDACT_MARK)); /* may be longer than the secret */
      copied = at + length;
    }
    at += length > 0 ? length : 1;
  }
  if (copied == text->bytes) return;
  append_fitting(&clean, copied, (size_t)(end - copied));
  enum buffer_failure failed = clean.failed != BUFFER_FINE ? clean.failed : text->failed;
  buffer_free(text);
  if (clean.failed == BUFFER_FINE)
    *text = clean;
  else
    buffer_free(&clean);
  text->failed = failed;
}
