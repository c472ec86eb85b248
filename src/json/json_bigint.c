/*
** json_bigint.c: JSON text with numbers of any size.
**
** Runs only on text that simdjson rejected. It finds the numbers that caused this and rewrites the
** text with `.0` after each integer that is too large. That makes it a float, which simdjson rounds
** correctly. Ids become strings instead. simdjson also decides whether a number is too large: that
** number is parsed alone. All other errors in the text are left to the second parse.
*/
#include "json/json_bigint.h"

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/text.h"
#include "json/json_padding.h"
#include "json/json_place.h"

/* A shorter number without an exponent always fits. */
#define SHORTEST_BIG_NUMBER 19

/* Maximum bytes of a number that are quoted. */
#define QUOTED_DIGITS 24

enum number_kind { MALFORMED, WHOLE, FRACTION };

enum outcome { NOTHING_TO_WIDEN, WIDENED, BEYOND_FLOATS, OUT_OF_MEMORY };

struct widening {
  const char *text;
  size_t length;
  size_t copied;                 /* bytes of `text` copied to `wide` so far */
  struct buffer wide;            /* the text with widened numbers */
  struct json_document *scratch; /* to parse single numbers */
  struct json_path path;         /* to the current number */
  bool keep_ids;                 /* ids keep their digits, as text */
};

/* Tokens */

static bool starts_number(char character) {
  return character == '-' || text_is_digit(character);
}

static size_t digits(const char *text, const char *end) {
  const char *at = text;
  while (at < end && text_is_digit(*at)) at++;
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

static void describe_number(const struct json_path *path, const char *number, size_t length,
                            struct buffer *complaint) {
  json_path_describe(path, complaint);
  excerpt_append(complaint, number, length, QUOTED_DIGITS);
  buffer_puts(complaint, " is beyond the range of a float");
}

/* Ids */

/* Whether the level is that of a resource, an identifier or an array of them, by its own level. */
static bool holds_resources(const struct json_path *path, size_t level) {
  const struct json_level *levels = path->levels;
  bool is_data = json_level_is(&levels[level], "data");
  if (level == 0) return is_data || json_level_is(&levels[level], "included");
  if (level == 2 && json_level_is(&levels[0], "atomic:results")) return is_data;
  return is_data && level >= 2 && json_level_is(&levels[level - 2], "relationships");
}

/*
** Whether a number at the path is the id of a resource or an identifier (JSON:API 1.1, 7.2 and
** 7.3). It keeps its digits as a text, because ids become text.
*/
static bool is_id(const struct json_path *path) {
  size_t depth = path->depth;
  if (depth < 2 || depth > JSON_DEPTH || !json_level_is(&path->levels[depth - 1], "id"))
    return false;
  size_t holder = depth - 2;
  if (path->levels[holder].name == NULL && holder > 0) holder--; /* an array of them */
  return holds_resources(path, holder);
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

/* Copies the text before the number, and the number as a text. */
static enum outcome quote_id(struct widening *widening, size_t offset, size_t length) {
  struct buffer *wide = &widening->wide;
  buffer_append(wide, widening->text + widening->copied, offset - widening->copied);
  buffer_putc(wide, '"');
  buffer_append(wide, widening->text + offset, length);
  buffer_putc(wide, '"');
  widening->copied = offset + length;
  return wide->failed == BUFFER_FINE ? WIDENED : OUT_OF_MEMORY;
}

/* Copies the text before the number, the number and `.0`. */
static enum outcome widen_whole(struct widening *widening, size_t offset, size_t length) {
  struct buffer *wide = &widening->wide;
  buffer_append(wide, widening->text + widening->copied, offset - widening->copied);
  size_t start = wide->length;
  buffer_append(wide, widening->text + offset, length);
  buffer_puts(wide, ".0");
  if (!json_pad(wide)) return OUT_OF_MEMORY;
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
  if (kind != WHOLE) return BEYOND_FLOATS;
  return widening->keep_ids && is_id(&widening->path) ? quote_id(widening, offset, length)
                                                      : widen_whole(widening, offset, length);
}

/* Widens every number of the text. After WIDENED, `wide` has the whole text and padding. */
static enum outcome widen_text(struct widening *widening, struct buffer *complaint) {
  const char *text = widening->text;
  for (size_t i = 0, length; i < widening->length; i += length) {
    length = json_token_length(text + i, widening->length - i);
    json_path_step(&widening->path, text + i, length);
    if (!starts_number(text[i])) continue;
    enum outcome outcome = widen_number(widening, i, length);
    if (outcome == BEYOND_FLOATS) describe_number(&widening->path, text + i, length, complaint);
    if (outcome == BEYOND_FLOATS || outcome == OUT_OF_MEMORY) return outcome;
  }
  if (widening->copied == 0) return NOTHING_TO_WIDEN;
  struct buffer *wide = &widening->wide;
  buffer_append(wide, text + widening->copied, widening->length - widening->copied);
  return json_pad(wide) ? WIDENED : OUT_OF_MEMORY;
}

static enum outcome widen(struct widening *widening, struct buffer *complaint) {
  widening->scratch = json_new();
  if (widening->scratch == NULL) return OUT_OF_MEMORY;
  enum outcome outcome = widen_text(widening, complaint);
  json_free(widening->scratch);
  return outcome;
}

/*
** Parses a text that simdjson rejected with widened numbers. Returns JSON_INVALID if there are none
** to widen. Sets `reason` as json_parse.
*/
static enum json_failure parse_widened(struct json_document *document, const char *text,
                                       size_t length, bool keep_ids, const char **reason,
                                       struct buffer *complaint) {
  enum json_failure failure = JSON_NO_MEMORY;
  struct widening *widening = calloc(1, sizeof *widening);
  enum outcome outcome = OUT_OF_MEMORY;
  if (widening != NULL) {
    widening->text = text;
    widening->length = length;
    widening->keep_ids = keep_ids;
    buffer_init(&widening->wide, 2 * length);
    outcome = widen(widening, complaint);
  }
  switch (outcome) {
    case NOTHING_TO_WIDEN: failure = JSON_INVALID; break;
    case WIDENED:
      failure = json_parse(document, widening->wide.bytes, widening->wide.length, reason);
      break;
    case BEYOND_FLOATS: failure = JSON_BIG_NUMBER; break;
    case OUT_OF_MEMORY: *reason = "not enough memory"; break;
  }
  if (widening != NULL) buffer_free(&widening->wide);
  free(widening);
  return failure;
}

enum json_failure json_bigint_parse(struct json_document *document, const char *text, size_t length,
                                    bool keep_ids, struct buffer *complaint) {
  const char *reason;
  enum json_failure failure = json_parse(document, text, length, &reason);
  if (failure == JSON_INVALID)
    failure = parse_widened(document, text, length, keep_ids, &reason, complaint);
  if (failure == JSON_FINE || failure == JSON_BIG_NUMBER) return failure;
  if (failure != JSON_INVALID || !json_place_describe(text, length, complaint))
    buffer_puts(complaint, reason);
  return failure;
}
