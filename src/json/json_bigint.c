/*
** json_bigint.c: JSON text with numbers of any size.
**
** Runs only on text that simdjson rejected. It finds the numbers that caused this and rewrites the
** text with `.0` after each integer that is too large. That makes it a float, which simdjson rounds
** correctly. simdjson also decides whether a number is too large: that number is parsed alone. All
** other errors in the text are left to the second parse.
*/
#include "json/json_bigint.h"

#include <string.h>

/* A shorter number without an exponent always fits. */
#define SHORTEST_BIG_NUMBER 19

/* Maximum bytes of a number, and of each name in its path, that are quoted. */
#define QUOTED_DIGITS 24
#define QUOTED_NAME 64

enum number_kind { MALFORMED, WHOLE, FRACTION };

enum outcome { NOTHING_TO_WIDEN, WIDENED, BEYOND_FLOATS, OUT_OF_MEMORY };

struct widening {
  const char *text;
  size_t length;
  size_t copied;                 /* bytes of `text` copied to `wide` so far */
  struct buffer wide;            /* the text with widened numbers */
  struct json_document *scratch; /* to parse single numbers */
};

/* Tokens */

static bool starts_number(char character) {
  return character == '-' || (character >= '0' && character <= '9');
}

static size_t string_length(const char *text, size_t length) {
  for (size_t i = 1; i < length; i++) {
    if (text[i] == '\\')
      i++;
    else if (text[i] == '"')
      return i + 1;
  }
  return length;
}

static size_t number_length(const char *text, size_t length) {
  size_t i = 1;
  while (i < length && text[i] != '\0' && strchr("0123456789+-.eE", text[i]) != NULL) i++;
  return i;
}

/* Returns the length of the string or number that `text` begins with, else 1. */
static size_t token_length(const char *text, size_t length) {
  if (text[0] == '"') return string_length(text, length);
  if (starts_number(text[0])) return number_length(text, length);
  return 1;
}

static size_t digits(const char *text, const char *end) {
  const char *at = text;
  while (at < end && *at >= '0' && *at <= '9') at++;
  return (size_t)(at - text);
}

/* Classifies a number by JSON's grammar. */
static enum number_kind classify_number(const char *number, size_t length) {
  const char *at = number, *end = number + length;
  size_t count;
  if (at < end && *at == '-') at++;
  if ((count = digits(at, end)) == 0 || (count > 1 && *at == '0')) return MALFORMED;
  if ((at += count) == end) return WHOLE;
  if (*at == '.') {
    if ((count = digits(++at, end)) == 0) return MALFORMED;
    at += count;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    if ((count = digits(at, end)) == 0) return MALFORMED;
    at += count;
  }
  return at == end ? FRACTION : MALFORMED;
}

/* The path of a number */

struct level {
  /*
  ** in an object, the latest string: directly before a number it is the number's name; NULL in an
  ** array
  */
  const char *name;
  size_t name_length;
  size_t index; /* index of the current item in an array */
};

/*
** Sets `levels` to the containers open at `offset`; returns their number. simdjson has rejected
** text deeper than JSON_DEPTH before.
*/
static size_t find_levels(const char *text, size_t offset, struct level levels[JSON_DEPTH]) {
  size_t depth = 0;
  for (size_t i = 0, length; i < offset; i += length) {
    length = token_length(text + i, offset - i);
    struct level *inner = depth > 0 ? &levels[depth - 1] : NULL;
    switch (text[i]) {
      case '{':
      case '[':
        if (depth == JSON_DEPTH) return depth;
        levels[depth++] = (struct level){.name = text[i] == '{' ? "" : NULL};
        break;
      case '}':
      case ']':
        if (depth > 0) depth--;
        break;
      case ',':
        if (inner != NULL) inner->index++;
        break;
      case '"':
        if (inner == NULL || inner->name == NULL || length < 2) break;
        inner->name = text + i + 1;
        inner->name_length = length - 2;
        break;
      default: break;
    }
  }
  return depth;
}

static void quote(struct buffer *out, const char *text, size_t length, size_t limit) {
  buffer_append(out, text, length < limit ? length : limit);
  if (length > limit) buffer_puts(out, "...");
}

static void describe_number(const struct widening *widening, size_t offset, size_t length,
                            struct buffer *complaint) {
  struct level levels[JSON_DEPTH];
  size_t depth = find_levels(widening->text, offset, levels);
  for (size_t i = 0; i < depth; i++) {
    if (levels[i].name == NULL) {
      buffer_printf(complaint, "[%zu]", levels[i].index);
    } else {
      if (i > 0) buffer_putc(complaint, '.');
      quote(complaint, levels[i].name, levels[i].name_length, QUOTED_NAME);
    }
  }
  if (depth > 0) buffer_puts(complaint, ": ");
  quote(complaint, widening->text + offset, length, QUOTED_DIGITS);
  buffer_puts(complaint, " is beyond the range of a float");
}

/* Widening */

static enum json_failure parse_alone(struct widening *widening, const char *number, size_t length) {
  const char *reason;
  return json_parse(widening->scratch, number, length, &reason);
}

static bool may_be_big(const char *number, size_t length) {
  return length >= SHORTEST_BIG_NUMBER || memchr(number, 'e', length) != NULL ||
         memchr(number, 'E', length) != NULL;
}

/*
** Ensures JSON_PADDING readable bytes after the text. Returns false after any failure of the
** buffer.
*/
static bool pad(struct buffer *text) {
  if (text->failed != BUFFER_FINE || !buffer_reserve(text, JSON_PADDING)) return false;
  memset(text->bytes + text->length, 0, JSON_PADDING);
  return true;
}

/* Copies the text before the number, the number and `.0`. */
static enum outcome widen_whole(struct widening *widening, size_t offset, size_t length) {
  struct buffer *wide = &widening->wide;
  buffer_append(wide, widening->text + widening->copied, offset - widening->copied);
  size_t start = wide->length;
  buffer_append(wide, widening->text + offset, length);
  buffer_puts(wide, ".0");
  if (!pad(wide)) return OUT_OF_MEMORY;
  widening->copied = offset + length;
  switch (parse_alone(widening, wide->bytes + start, wide->length - start)) {
    case JSON_FINE: return WIDENED;
    case JSON_NO_MEMORY: return OUT_OF_MEMORY;
    default: return BEYOND_FLOATS;
  }
}

static enum outcome widen_number(struct widening *widening, size_t offset, size_t length) {
  const char *number = widening->text + offset;
  if (!may_be_big(number, length)) return NOTHING_TO_WIDEN;
  enum number_kind kind = classify_number(number, length);
  if (kind == MALFORMED) return NOTHING_TO_WIDEN;
  enum json_failure failure = parse_alone(widening, number, length);
  if (failure == JSON_FINE) return NOTHING_TO_WIDEN;
  if (failure == JSON_NO_MEMORY) return OUT_OF_MEMORY;
  return kind == WHOLE ? widen_whole(widening, offset, length) : BEYOND_FLOATS;
}

/* Widens every number of the text. After WIDENED, `wide` has the whole text and padding. */
static enum outcome widen_text(struct widening *widening, struct buffer *complaint) {
  const char *text = widening->text;
  for (size_t i = 0, length; i < widening->length; i += length) {
    length = token_length(text + i, widening->length - i);
    if (!starts_number(text[i])) continue;
    enum outcome outcome = widen_number(widening, i, length);
    if (outcome == BEYOND_FLOATS) describe_number(widening, i, length, complaint);
    if (outcome == BEYOND_FLOATS || outcome == OUT_OF_MEMORY) return outcome;
  }
  if (widening->copied == 0) return NOTHING_TO_WIDEN;
  struct buffer *wide = &widening->wide;
  buffer_append(wide, text + widening->copied, widening->length - widening->copied);
  return pad(wide) ? WIDENED : OUT_OF_MEMORY;
}

static enum outcome widen(struct widening *widening, struct buffer *complaint) {
  widening->scratch = json_new();
  if (widening->scratch == NULL) return OUT_OF_MEMORY;
  enum outcome outcome = widen_text(widening, complaint);
  json_free(widening->scratch);
  return outcome;
}

enum json_failure json_bigint_parse(struct json_document *document, const char *text, size_t length,
                                    struct buffer *complaint) {
  const char *reason;
  enum json_failure failure = json_parse(document, text, length, &reason);
  if (failure == JSON_INVALID) {
    struct widening widening = {.text = text, .length = length};
    buffer_init(&widening.wide, 2 * length);
    switch (widen(&widening, complaint)) {
      case NOTHING_TO_WIDEN: break;
      case WIDENED:
        failure = json_parse(document, widening.wide.bytes, widening.wide.length, &reason);
        break;
      case BEYOND_FLOATS: failure = JSON_BIG_NUMBER; break;
      case OUT_OF_MEMORY:
        failure = JSON_NO_MEMORY;
        reason = "not enough memory";
        break;
    }
    buffer_free(&widening.wide);
  }
  if (failure != JSON_FINE && failure != JSON_BIG_NUMBER) buffer_puts(complaint, reason);
  return failure;
}
