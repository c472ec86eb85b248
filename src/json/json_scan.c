/*
** json_scan.c: checks JSON text, token by token.
*/
#include "json/json_scan.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "json/json_escape.h"
#include "json/json_place.h"

static bool fail(struct json_scan *scan, const char *at, const char *problem) {
  scan->at = at;
  scan->problem = problem;
  return false;
}

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_space(struct json_scan *scan) {
  while (scan->at < scan->end && is_space(*scan->at)) scan->at++;
}

/* Returns the next character; NUL at the end. */
static char peek(const struct json_scan *scan) {
  return scan->at < scan->end ? *scan->at : '\0';
}

/* Moves over one character, and over the space after it. */
static void advance(struct json_scan *scan) {
  scan->at++;
  skip_space(scan);
}

struct json_scan json_scan_start(const char *text, size_t length) {
  struct json_scan scan = {.start = text, .end = text + length, .at = text, .problem = NULL};
  skip_space(&scan);
  return scan;
}

/* ------------------------------------------------------------------ tokens */

/* Moves over a string. */
static bool scan_string(struct json_scan *scan) {
  const char *at = scan->at + 1, *ignored;
  while (at < scan->end && *at != '"') {
    if ((unsigned char)*at < 0x20) return fail(scan, at, "a control character in a string");
    size_t length = *at == '\\'                 ? json_escape_length(at, scan->end, &ignored)
                    : (unsigned char)*at < 0x80 ? 1
                                                : utf8_sequence(at, (size_t)(scan->end - at));
    if (length == 0)
      return fail(scan, at,
                  *at == '\\' ? "an escape that JSON does not have" : "text that is not UTF-8");
    at += length;
  }
  if (at == scan->end) return fail(scan, scan->at, "a string without end");
  scan->at = at + 1;
  return true;
}

/* Moves over digits. Returns false if there is none. */
static bool scan_digits(struct json_scan *scan) {
  if (!text_is_digit(peek(scan))) return fail(scan, scan->at, "a number without a digit here");
  while (text_is_digit(peek(scan))) scan->at++;
  return true;
}

static bool scan_number(struct json_scan *scan) {
  const char *start = scan->at;
  if (*scan->at == '-') scan->at++;
  bool has_zero = peek(scan) == '0';
  const char *digits = scan->at;
  if (!scan_digits(scan)) return false;
  if (has_zero && scan->at > digits + 1) return fail(scan, start, "a number that begins with 0");
  if (peek(scan) == '.') {
    scan->at++;
    if (!scan_digits(scan)) return false;
  }
  if (peek(scan) != 'e' && peek(scan) != 'E') return true;
  scan->at++;
  if (peek(scan) == '+' || peek(scan) == '-') scan->at++;
  return scan_digits(scan);
}

static bool scan_word(struct json_scan *scan) {
  static const char *const words[] = {"true", "false", "null"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i]);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, words[i], length) != 0)
      continue;
    scan->at += length;
    return true;
  }
  return fail(scan, scan->at,
              scan->at == scan->end ? "the end of the text, not a value" : "not a JSON value");
}

/* Moves over a value that is no container. */
static bool scan_scalar(struct json_scan *scan) {
  char first = peek(scan);
  if (first == '"') return scan_string(scan);
  return first == '-' || text_is_digit(first) ? scan_number(scan) : scan_word(scan);
}

/* Moves over the name of a member and its colon. Sets `name` to it without the quotes. */
static bool scan_name(struct json_scan *scan, struct json_span *name) {
  const char *start = scan->at;
  if (peek(scan) != '"') return fail(scan, scan->at, "expected the name of a member, in quotes");
  if (!scan_string(scan)) return false;
  *name = (struct json_span){start + 1, (size_t)(scan->at - start) - 2};
  skip_space(scan);
  if (peek(scan) != ':') return fail(scan, scan->at, "expected a colon after the name of a member");
  advance(scan);
  return true;
}

/* ------------------------------------------------------------------ containers */

bool json_scan_enter(struct json_scan *scan, char bracket) {
  if (scan->problem != NULL || peek(scan) != bracket) return false;
  advance(scan);
  return true;
}

/*
** Moves to the next entry of a container, at a comma or after its opening bracket. Returns false at
** the end, which it leaves. An opening bracket precedes the first entry, with only space between.
*/
static bool next_entry(struct json_scan *scan, char close) {
  if (scan->problem != NULL) return false;
  const char *before = scan->at;
  while (before > scan->start && is_space(before[-1])) before--;
  bool is_first = before > scan->start && before[-1] == (close == '}' ? '{' : '[');
  if (peek(scan) == close) {
    advance(scan);
    return false;
  }
  if (is_first) return true;
  if (peek(scan) != ',')
    return fail(scan, scan->at,
                close == '}' ? "expected a comma or } here" : "expected a comma or ] here");
  advance(scan);
  return true;
}

bool json_scan_member(struct json_scan *scan, struct json_span *name) {
  return next_entry(scan, '}') && scan_name(scan, name);
}

bool json_scan_item(struct json_scan *scan) {
  return next_entry(scan, ']');
}

/*
** Moves over a value of at most `most` levels (at most JSON_DEPTH). Without recursion, since texts
** may be deep.
*/
static bool scan_levels(struct json_scan *scan, size_t most) {
  char closing[JSON_DEPTH];
  size_t depth = 0;
  do {
    struct json_span name;
    bool opens = peek(scan) == '{' || peek(scan) == '[';
    if (opens && depth == most) return fail(scan, scan->at, "nested too deep");
    if (opens) {
      closing[depth++] = *scan->at == '{' ? '}' : ']';
      advance(scan);
    } else {
      if (!scan_scalar(scan)) return false;
      skip_space(scan);
    }
    while (depth > 0 && !next_entry(scan, closing[depth - 1])) {
      if (scan->problem != NULL) return false;
      depth--;
    }
    if (depth > 0 && closing[depth - 1] == '}' && !scan_name(scan, &name)) return false;
  } while (depth > 0);
  return true;
}

bool json_scan_value(struct json_scan *scan, struct json_span *value) {
  if (scan->problem != NULL) return false;
  const char *start = scan->at;
  if (!scan_levels(scan, JSON_DEPTH)) return false;
  const char *end = scan->at;
  while (end > start && is_space(end[-1])) end--;
  *value = (struct json_span){start, (size_t)(end - start)};
  return true;
}

bool json_scan_end(struct json_scan *scan) {
  if (scan->problem != NULL) return false;
  return scan->at == scan->end || fail(scan, scan->at, "expected the end of the text");
}

bool json_scan_is_valid(const char *text, size_t length, size_t depth) {
  struct json_scan scan = json_scan_start(text, length);
  return scan_levels(&scan, depth) && json_scan_end(&scan);
}

size_t json_scan_line(const struct json_scan *scan, const char *at, size_t *column) {
  size_t line = 1;
  *column = 1;
  for (const char *c = scan->start; c < at; c++) {
    if (*c == '\n') line++;
    *column = *c == '\n' ? 1 : *column + (((unsigned char)*c & 0xC0) != 0x80);
  }
  return line;
}

/* ------------------------------------------------------------------ checked text */

bool json_scan_token(struct json_span *rest, struct json_span *token) {
  const char *at = rest->text, *end = at + rest->length;
  while (at < end && is_space(*at)) at++;
  size_t length = at < end ? json_token_length(at, (size_t)(end - at)) : 0;
  *token = (struct json_span){at, length};
  *rest = (struct json_span){at + length, (size_t)(end - at) - length};
  return length > 0;
}

void json_scan_compact(struct buffer *out, struct json_span value) {
  struct json_span token;
  while (json_scan_token(&value, &token)) buffer_append(out, token.text, token.length);
}
