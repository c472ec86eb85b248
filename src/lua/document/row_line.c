/*
** row_line.c: lines of CSV and TSV. The hot path of exports.
**
** Values of the resource itself are written from the page's JSON, without Lua.
*/
#include "lua/document/row_line.h"

#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "json/json_text.h"
#include "lua/json/encode.h"
#include "lua/support/compat.h"
#include "lua/support/null.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

static const char *const formats[] = {[ROW_LINE_CSV] = "csv", [ROW_LINE_TSV] = "tsv", NULL};

static const struct option known[] = {
    {.name = "format", .type = OPTION_CHOICE, .choices = formats},
    {.name = "null", .type = OPTION_STRING},
    {.name = "safe", .type = OPTION_BOOLEAN},
    {.name = "others", .type = OPTION_BOOLEAN},
    {.name = "block", .type = OPTION_BYTES},
    {.name = NULL},
};

/* The bytes of a format. */
static const struct {
  char separator;
  const char *end;
  const char *special;   /* four bytes that make a text need quotes or escapes */
  const char *forbidden; /* four bytes that the text of null must not have */
} rules[] = {
    [ROW_LINE_CSV] = {',', "\r\n", ",\"\r\n", ",\"\r\n"},
    [ROW_LINE_TSV] = {'\t', "\n", "\t\r\n\\", "\t\r\n\n"},
};

/* Returns where the first of the four bytes is; `length` if there is none. */
static size_t find_special(const char *text, size_t length, const char *special) {
  for (size_t i = 0; i < length; i++) {
    char byte = text[i];
    if (byte == special[0] || byte == special[1] || byte == special[2] || byte == special[3])
      return i;
  }
  return length;
}

/* ------------------------------------------------------------------- options */

/* The option itself, if it is no table. */
static const struct option shorthand[] = {
    {.name = "lines", .type = OPTION_CHOICE, .choices = formats},
    {.name = NULL},
};

static enum row_line_format format_of(const char *name) {
  return strcmp(name, formats[ROW_LINE_TSV]) == 0 ? ROW_LINE_TSV : ROW_LINE_CSV;
}

/* Raises if the text of null is none for the format. Stack: …, the prefix of usage errors. */
static void check_null(lua_State *L, int index) {
  enum row_line_format format = format_of(options_string(L, index, "format", "csv"));
  const char *prefix = lua_tostring(L, -1);
  if (!options_push(L, index, "null")) return;
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  if (find_special(text, length, rules[format].forbidden) < length)
    usage_error_raise(
        L, "%snull: expected text without %s, got \"%s\"", prefix,
        format == ROW_LINE_CSV ? "commas, quotes and line ends" : "tabs and line ends",
        usage_error_quote(L, -1));
  lua_pop(L, 1);
}

void row_line_check(lua_State *L, int index, const char *prefix) {
  index = lua_absindex(L, index);
  if (lua_istable(L, index)) {
    lua_pushfstring(L, "%slines.", prefix);
    options_check(L, index, lua_tostring(L, -1), known);
    if (options_string(L, index, "format", NULL) == NULL)
      usage_error_raise(L, "%sformat: expected \"csv\" or \"tsv\", got nil", lua_tostring(L, -1));
    check_null(L, index);
    lua_pop(L, 1);
    return;
  }
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, index);
  lua_setfield(L, -2, shorthand[0].name);
  options_check(L, -1, prefix, shorthand);
  lua_pop(L, 1);
}

void row_line_read(lua_State *L, int index, struct row_line *line) {
  bool is_table = lua_istable(L, index);
  const char *format =
      is_table ? options_string(L, index, "format", "csv") : lua_tostring(L, index);
  row_line_free(line);
  *line = (struct row_line){.format = ROW_LINE_CSV};
  buffer_init(&line->text, SIZE_MAX);
  buffer_init(&line->json, SIZE_MAX);
  line->format = format_of(format);
  if (is_table) {
    line->is_safe = options_boolean(L, index, "safe", false);
    line->block = (size_t)options_whole(L, index, "block", 0);
    line->names_others = options_boolean(L, index, "others", false);
  }
  if (!is_table || !options_push(L, index, "null")) lua_pushliteral(L, "");
  line->null = lua_tolstring(L, -1, &line->null_length);
}

/* ------------------------------------------------------------------- text */

/* Whether a spreadsheet takes the text for a formula. */
static bool is_formula(const char *text, size_t length) {
  return length > 0 && text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

/* Appends a text with its quotes doubled. */
static void append_doubled(struct buffer *line, const char *text, size_t length) {
  for (const char *quote; (quote = memchr(text, '"', length)) != NULL;) {
    size_t part = (size_t)(quote - text) + 1;
    buffer_append(line, text, part);
    buffer_putc(line, '"');
    text += part;
    length -= part;
  }
  buffer_append(line, text, length);
}

/* Appends a text with a backslash before tabs, line ends and backslashes. */
static void append_escaped(struct buffer *line, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    switch (text[i]) {
      case '\t': buffer_puts(line, "\\t"); break;
      case '\n': buffer_puts(line, "\\n"); break;
      case '\r': buffer_puts(line, "\\r"); break;
      case '\\': buffer_puts(line, "\\\\"); break;
      default: buffer_putc(line, text[i]);
    }
  }
}

/* Appends a text. If it is to be `safe`, an apostrophe comes before what begins like a formula. */
static void append_text(struct row_line *line, bool safe, const char *text, size_t length) {
  bool is_special = find_special(text, length, rules[line->format].special) < length,
       is_prefixed = safe && is_formula(text, length),
       is_null =
           !is_prefixed && length == line->null_length && memcmp(text, line->null, length) == 0,
       is_quoted = line->format == ROW_LINE_CSV && (is_special || is_null || length == 0);
  if (is_quoted) buffer_putc(&line->text, '"');
  if (is_prefixed) buffer_putc(&line->text, '\'');
  if (!is_special)
    buffer_append(&line->text, text, length);
  else if (is_quoted)
    append_doubled(&line->text, text, length);
  else
    append_escaped(&line->text, text, length);
  if (is_quoted) buffer_putc(&line->text, '"');
}

static void append_null(struct row_line *line) {
  buffer_append(&line->text, line->null, line->null_length);
}

/* Appends a value of the page. */
static void append_value(struct row_line *line, struct json_value value) {
  struct json_content content = json_content(value);
  switch (content.type) {
    case JSON_ABSENT:
    case JSON_NULL: append_null(line); break;
    case JSON_STRING: append_text(line, line->is_safe, content.as.string, content.length); break;
    case JSON_ARRAY:
    case JSON_OBJECT:
      buffer_clear(&line->json);
      json_text_append(&line->json, value);
      if (line->json.failed != BUFFER_FINE)
        line->text.failed = line->json.failed;
      else
        append_text(line, false, line->json.bytes, line->json.length);
      break;
    default: json_text_append(&line->text, value);
  }
}

/* Appends the value on top, which is not of the resource itself, and pops it. [-1, +0, e] */
static void append_pushed(lua_State *L, struct row_line *line) {
  bool is_text = lua_type(L, -1) == LUA_TSTRING;
  if (lua_isnil(L, -1) || null_is(L, -1)) {
    append_null(line);
  } else {
    if (!is_text) {
      encode_push(L, -1, ENCODE_PLAIN, NULL);
      lua_remove(L, -2);
    }
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    append_text(line, is_text && line->is_safe, text, length);
  }
  lua_pop(L, 1);
}

enum row_verdict row_line_append(lua_State *L, struct columns *columns, struct row_line *line,
                                 int index, struct json_value resource,
                                 const struct column **column) {
  struct row row = row_of(L, columns, index, resource);
  size_t start = line->text.length;
  for (size_t i = 0; i < columns->count; i++) {
    struct column_place place = column_find(&columns->items[i], 0, &row.members);
    *column = &columns->items[i];
    if (i > 0) buffer_putc(&line->text, rules[line->format].separator);
    if (place.result == COLUMN_VALUE) {
      append_value(line, place.value);
      continue;
    }
    row_push_place(&row, &columns->items[i], place);
    append_pushed(L, line);
    if (row.is_limited) return ROW_IS_LIMITED;
    if (row.related > COLUMNS_RELATED_MOST) return ROW_IS_TOO_LARGE;
  }
  bool is_blank = line->text.length == start; /* which readers of CSV take for no row */
  if (is_blank && line->format == ROW_LINE_CSV) buffer_puts(&line->text, "\"\"");
  buffer_puts(&line->text, rules[line->format].end);
  return ROW_FINE;
}

void row_line_free(struct row_line *line) {
  buffer_free(&line->text);
  buffer_free(&line->json);
  hash_set_free(&line->others);
}

/* ------------------------------------------------------------------- attributes without column */

/* Whether a column begins with this name, of the attribute at `place`. */
static bool has_column(const struct columns *columns, struct row_line *line, size_t place,
                       const char *name, size_t length) {
  size_t guess = place < ROW_LINE_KNOWN ? line->columns[place] : 0;
  for (size_t i = 0; i < columns->count; i++) {
    size_t at = (guess + i) % columns->count;
    const struct column *column = &columns->items[at];
    bool has_path = column->length == length && memcmp(column->text, name, length) == 0,
         has_name = column->names[0].length == length && memcmp(column->text, name, length) == 0;
    if (!has_path && !has_name) continue;
    if (place < ROW_LINE_KNOWN) line->columns[place] = (unsigned char)at;
    return true;
  }
  return false;
}

/*
** Iterates over the attributes that no column begins with. `place` is that of the next attribute.
*/
static bool next_other(const struct columns *columns, struct row_line *line,
                       struct json_iterator *attributes, size_t *place, const char **name,
                       size_t *length) {
  struct json_value value;
  while (json_next_member(attributes, name, length, &value))
    if (!has_column(columns, line, (*place)++, *name, *length)) return true;
  return false;
}

static struct json_iterator iterate_attributes(struct json_value resource) {
  struct json_value attributes = json_member(resource, "attributes"), none = {NULL, 0};
  return json_iterate(json_type(attributes) == JSON_OBJECT ? attributes : none);
}

/* Returns a hash of the name that is not 0. */
static uint64_t hash_name(const char *name, size_t length) {
  uint64_t hash = HASH_START;
  for (size_t i = 0; i < length; i++) hash = hash_byte(hash, (unsigned char)name[i]);
  return hash | 1;
}

bool row_line_finds_others(const struct columns *columns, struct row_line *line,
                           struct json_value resource) {
  struct json_iterator attributes = iterate_attributes(resource);
  const char *name;
  size_t length, place = 0;
  bool finds = false, was_there = true;
  while (next_other(columns, line, &attributes, &place, &name, &length)) {
    if (!hash_set_add(&line->others, hash_name(name, length), &was_there))
      line->text.failed = BUFFER_NO_MEMORY;
    finds = finds || !was_there;
  }
  return finds;
}

void row_line_push_others(lua_State *L, const struct columns *columns, struct row_line *line,
                          int others, struct json_value resource) {
  struct json_iterator attributes = iterate_attributes(resource);
  const char *name;
  size_t length, place = 0;
  while (next_other(columns, line, &attributes, &place, &name, &length)) {
    luaL_checkstack(L, LUA_MINSTACK, "names of attributes");
    lua_pushlstring(L, name, length);
    lua_pushvalue(L, -1);
    lua_rawget(L, others);
    bool is_known = lua_toboolean(L, -1);
    lua_pop(L, is_known ? 2 : 1);
    if (is_known) continue;
    lua_pushvalue(L, -1);
    lua_pushboolean(L, 1);
    lua_rawset(L, others);
  }
}
