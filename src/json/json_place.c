/*
** json_place.c: places in JSON text. Runs only on text that simdjson rejected.
*/
#include "json/json_place.h"

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/text.h"
#include "base/utf8.h"
#include "json/json_escape.h"

/* Maximum bytes of each name in a path, and of a word, that are quoted. */
#define QUOTED_NAME 64
#define QUOTED_WORD 24

/* ------------------------------------------------------------------ tokens */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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

/* Numbers, and words such as true, NaN and -Infinity. */
static size_t word_length(const char *text, size_t length) {
  size_t i = 1;
  while (i < length && (is_letter(text[i]) || text_is_digit(text[i]) ||
                        (text[i] != '\0' && strchr("+-.", text[i]) != NULL)))
    i++;
  return i;
}

size_t json_token_length(const char *text, size_t length) {
  if (text[0] == '"') return string_length(text, length);
  if (text[0] == '-' || text_is_digit(text[0]) || is_letter(text[0]))
    return word_length(text, length);
  return 1;
}

/* ------------------------------------------------------------------ paths */

static struct json_level *innermost(struct json_path *path) {
  return path->depth > 0 && path->depth <= JSON_DEPTH ? &path->levels[path->depth - 1] : NULL;
}

void json_path_step(struct json_path *path, const char *token, size_t length) {
  struct json_level *inner = innermost(path);
  switch (token[0]) {
    case '{':
    case '[':
      path->depth++;
      inner = innermost(path);
      if (inner != NULL) *inner = (struct json_level){.name = token[0] == '{' ? "" : NULL};
      break;
    case '}':
    case ']':
      if (path->depth > 0) path->depth--;
      break;
    case ',':
      if (inner == NULL) break;
      inner->index++;
      if (inner->name != NULL) *inner = (struct json_level){.name = "", .index = inner->index};
      break;
    case '"':
      if (inner == NULL || inner->name == NULL || length < 2) break;
      inner->name = token + 1;
      inner->name_length = length - 2;
      break;
    default: break;
  }
}

bool json_level_is(const struct json_level *level, const char *name) {
  return level->name != NULL && level->name_length == strlen(name) &&
         memcmp(level->name, name, level->name_length) == 0;
}

void json_path_describe(const struct json_path *path, struct buffer *out) {
  size_t depth = path->depth < JSON_DEPTH ? path->depth : JSON_DEPTH, start = out->length;
  for (size_t i = 0; i < depth; i++) {
    const struct json_level *level = &path->levels[i];
    if (level->name == NULL) {
      buffer_printf(out, "[%zu]", level->index);
    } else if (level->name_length > 0) {
      if (i > 0) buffer_putc(out, '.');
      excerpt_append(out, level->name, level->name_length, QUOTED_NAME);
    }
  }
  if (out->length > start) buffer_puts(out, ": ");
}

/* ------------------------------------------------------------------ faults */

/* The first fault of a text. */
struct fault {
  size_t offset;
  const char *problem; /* NULL: simdjson's reason */
};

/*
** Whether the string token at `token` has a fault; sets `fault`. A string without end is cut short,
** which is none.
*/
static bool string_fault(const char *token, size_t length, struct fault *fault) {
  const char *at = token + 1, *end = token + length - 1;
  if (length < 2 || *end != '"') return false;
  for (size_t step; at < end; at += step) {
    step = 1;
    if (*at == '\\') {
      step = json_escape_length(at, end, &fault->problem);
    } else if ((unsigned char)*at < 0x20) {
      fault->problem = "a control character in a string";
      step = 0;
    } else if ((unsigned char)*at >= 0x80) {
      fault->problem = "not valid UTF-8";
      step = utf8_sequence(at, (size_t)(end - at));
    }
    fault->offset = (size_t)(at - token);
    if (step == 0) return true;
  }
  return false;
}

/* Whether a word is true, false or null, or begins like a number. */
static bool is_value(const char *word, size_t length) {
  static const char *const words[] = {"true", "false", "null"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (length == strlen(words[i]) && memcmp(word, words[i], length) == 0) return true;
  size_t sign = word[0] == '-';
  return length > sign && text_is_digit(word[sign]);
}

/*
** Appends the place of the first string or word that JSON does not have, and returns true. Returns
** false if there is none before a character that JSON does not have, or before the end of the text.
*/
static bool describe_fault(const char *text, size_t length, struct json_path *path,
                           struct buffer *out) {
  size_t start = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  for (size_t i = start, token; i < length; i += token) {
    struct fault fault = {0};
    token = json_token_length(text + i, length - i);
    bool is_word = text[i] == '-' || text_is_digit(text[i]) || is_letter(text[i]);
    if (text[i] == '"' && string_fault(text + i, token, &fault)) {
      json_path_describe(path, out);
      buffer_printf(out, "%s (byte %zu)", fault.problem, i + fault.offset);
      return true;
    }
    if (is_word && !is_value(text + i, token)) {
      if (i + token == length) return false; /* cut short */
      json_path_describe(path, out);
      excerpt_append(out, text + i, token, QUOTED_WORD);
      buffer_printf(out, " is not a JSON value (byte %zu)", i);
      return true;
    }
    if (!is_word && (text[i] == '\0' || strchr("{}[],:\" \t\r\n", text[i]) == NULL)) return false;
    json_path_step(path, text + i, token);
  }
  return false;
}

bool json_place_describe(const char *text, size_t length, struct buffer *out) {
  struct json_path *path = calloc(1, sizeof *path);
  if (path == NULL) {
    out->failed = BUFFER_NO_MEMORY;
    return true;
  }
  bool described = describe_fault(text, length, path, out);
  free(path);
  return described;
}
