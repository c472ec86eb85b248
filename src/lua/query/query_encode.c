/*
** query_encode.c: encodes a checked query table as the query of a URL.
**
** Names are written in a fixed order, families first, then by their bytes, so that equal queries
** give equal URLs.
*/
#include "lua/query/query_encode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number_format.h"
#include "base/text.h"
#include "http/url.h"
#include "lua/support/cdata.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/options.h"
#include "lua/support/path.h"
#include "lua/support/table_kind.h"
#include "lua/support/usage_error.h"

/* The type of the userdata that owns the text, so that it is freed if Lua raises. */
#define TEXT_TYPE "harnest.query_text"

struct encoder {
  lua_State *L;
  struct buffer *text; /* owned by a userdata on the stack */
  enum dialect dialect;
  bool names; /* strings are lists of names: commas are not encoded */
};

/* ------------------------------------------------------------------- scalars */

static void put_string(struct encoder *encoder, const char *string, size_t length) {
  const char *end = string + length;
  const char *comma;
  while (encoder->names && (comma = memchr(string, ',', (size_t)(end - string))) != NULL) {
    url_encode(encoder->text, string, (size_t)(comma - string));
    buffer_putc(encoder->text, ',');
    string = comma + 1;
  }
  url_encode(encoder->text, string, (size_t)(end - string));
}

/*
** Writes a float with the fewest digits that read back as the same number; a whole number below
** 1e21 without a point.
*/
static void put_float(struct encoder *encoder, double number) {
  char digits[NUMBER_FORMAT_SIZE];
  if (number == floor(number) && fabs(number) < 1e21)
    buffer_printf(encoder->text, "%.0f", number == 0 ? 0.0 : number);
  else
    url_encode(encoder->text, digits, number_format_float(number, digits));
}

static void put_number(struct encoder *encoder, int index) {
  if (lua_isinteger(encoder->L, index)) {
    buffer_printf(encoder->text, "%lld", (long long)lua_tointeger(encoder->L, index));
  } else {
    put_float(encoder, (double)lua_tonumber(encoder->L, index));
  }
}

/* Writes the scalar on top of the stack. */
static void put_scalar(struct encoder *encoder) {
  size_t length;
  const char *string;
  switch (lua_type(encoder->L, -1)) {
    case LUA_TNUMBER: put_number(encoder, -1); return;
    case LUA_TBOOLEAN:
      if (encoder->dialect == DIALECT_HARNEST) {
        buffer_puts(encoder->text, lua_toboolean(encoder->L, -1) ? "1" : "0");
      } else {
        buffer_puts(encoder->text, lua_toboolean(encoder->L, -1) ? "true" : "false");
      }
      return;
    case LUA_TSTRING:
      string = lua_tolstring(encoder->L, -1, &length);
      put_string(encoder, string, length);
      return;
    default:
      if (!cdata_push_integer(encoder->L, -1)) return; /* query_check refuses others */
      buffer_puts(encoder->text, lua_tostring(encoder->L, -1));
      lua_pop(encoder->L, 1);
  }
}

/* -------------------------------------------------------------------- pairs */

static void put_name(struct encoder *encoder, const struct path *path) {
  if (path->parent == NULL) {
    url_encode(encoder->text, path->name, path->length);
    return;
  }
  put_name(encoder, path->parent);
  buffer_puts(encoder->text, "%5B");
  url_encode(encoder->text, path->name, path->length);
  buffer_puts(encoder->text, "%5D");
}

/* Writes `name=value` for the scalar or the array of scalars on top of the stack. */
static void put_pair(struct encoder *encoder, const struct path *path) {
  lua_State *L = encoder->L;
  if (encoder->text->length > 0) buffer_putc(encoder->text, '&');
  put_name(encoder, path);
  buffer_putc(encoder->text, '=');
  if (!lua_istable(L, -1)) {
    put_scalar(encoder);
    return;
  }
  int length = (int)lua_rawlen(L, -1);
  for (int i = 1; i <= length; i++) {
    if (i > 1) buffer_putc(encoder->text, ',');
    lua_rawgeti(L, -1, i);
    put_scalar(encoder);
    lua_pop(L, 1);
  }
}

/* ------------------------------------------------------------------- records */

struct key {
  const char *name; /* owned by the record */
  size_t length;
};

static int compare_keys(const void *a, const void *b) {
  const struct key *first = a, *second = b;
  return text_compare(first->name, first->length, second->name, second->length);
}

/*
** Pushes a userdata with the sorted keys of the record on top. Returns the keys and sets `*count`.
** [-0, +1, m]
*/
static const struct key *push_sorted_keys(lua_State *L, size_t *count) {
  int record = lua_gettop(L);
  *count = 0;
  for (lua_pushnil(L); lua_next(L, record) != 0; lua_pop(L, 1)) ++*count;
  struct key *keys = lua_newuserdata(L, *count * sizeof *keys + 1);
  size_t i = 0;
  for (lua_pushnil(L); lua_next(L, record) != 0; lua_pop(L, 1), i++) {
    keys[i].name = lua_tolstring(L, -2, &keys[i].length);
  }
  qsort(keys, *count, sizeof *keys, compare_keys);
  return keys;
}

/*
** Writes the record on top of the stack. Its names are in brackets after `parent`, or bare if that
** is NULL.
*/
static void put_record(struct encoder *encoder, const struct path *parent) {
  lua_State *L = encoder->L;
  size_t count;
  int record = lua_gettop(L);
  const struct key *keys = push_sorted_keys(L, &count);
  for (size_t i = 0; i < count; i++) {
    struct path path = {.parent = parent, .name = keys[i].name, .length = keys[i].length};
    lua_pushlstring(L, keys[i].name, keys[i].length);
    lua_rawget(L, record);
    if (lua_istable(L, -1) && table_kind_of(L, -1) == TABLE_KIND_RECORD) {
      put_record(encoder, &path);
    } else {
      put_pair(encoder, &path);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* ------------------------------------------------------------------ families */

struct family {
  const char *name;
  bool is_record;
  bool names; /* see struct encoder */
};

/* Writes the value of the family, which is on top of the stack. */
static void put_family(struct encoder *encoder, const struct family *family) {
  struct path path = {.name = family->name, .length = strlen(family->name)};
  bool params = strcmp(family->name, "params") == 0;
  encoder->names = family->names;
  if (family->is_record) {
    put_record(encoder, params ? NULL : &path);
    return;
  }
  /*
  ** an empty include requests none, while without one the server decides; an empty sort has no
  ** meaning
  */
  bool empty = lua_rawlen(encoder->L, -1) == 0;
  if (!empty || strcmp(family->name, "include") == 0) put_pair(encoder, &path);
}

static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  struct buffer *text = lua_touserdata(L, 1);
  buffer_free(text);
  return 0;
}

void query_encode_open(lua_State *L) {
  metatable_register_gc(L, TEXT_TYPE, m_gc);
}

void query_encode_push(lua_State *L, int index, enum dialect dialect) {
  static const struct family families[] = {{.name = "fields", .is_record = true, .names = true},
                                           {.name = "filter", .is_record = true},
                                           {.name = "include", .names = true},
                                           {.name = "page", .is_record = true},
                                           {.name = "sort", .names = true},
                                           {.name = "params", .is_record = true}};
  luaL_checkstack(L, LUA_MINSTACK + 4 * QUERY_DEPTH, "query");
  index = lua_absindex(L, index);
  struct buffer *text = compat_newuserdata(L, sizeof *text, TEXT_TYPE);
  buffer_init(text, URL_MAXIMUM);
  struct encoder encoder = {.L = L, .text = text, .dialect = dialect};
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    if (!options_push(L, index, families[i].name)) continue;
    put_family(&encoder, &families[i]);
    lua_pop(L, 1);
  }
  if (text->failed == BUFFER_TOO_LARGE)
    usage_error_raise(L, "query: expected at most %d bytes in the URL, got more", (int)URL_MAXIMUM);
  if (text->failed != BUFFER_FINE) luaL_error(L, "query: not enough memory");
  lua_pushlstring(L, text->length == 0 ? "" : text->bytes, text->length);
  buffer_free(text);
  lua_remove(L, -2);
}

/* -------------------------------------------------------------- descending */

/* Returns the first name that starts with `-` in a comma-separated list, or NULL. */
static const char *find_descending(const char *list) {
  for (const char *at = list; *at != '\0'; at++) {
    if (*at == '-' && (at == list || at[-1] == ',')) return at;
  }
  return NULL;
}

/*
** Does the same for the string on top: replaces it by that name and returns true, or pops it and
** returns false. [-1, +(0|1), m]
*/
static bool cut_descending(lua_State *L) {
  const char *name = find_descending(lua_tostring(L, -1));
  if (name != NULL) lua_pushlstring(L, name, strcspn(name, ","));
  lua_remove(L, name == NULL ? -1 : -2);
  return name != NULL;
}

bool query_encode_push_descending(lua_State *L, int index) {
  if (!options_push(L, index, "sort")) return false;
  if (!lua_istable(L, -1)) return cut_descending(L);
  int length = (int)lua_rawlen(L, -1);
  for (int i = 1; i <= length; i++) {
    lua_rawgeti(L, -1, i);
    if (!cut_descending(L)) continue;
    lua_remove(L, -2);
    return true;
  }
  lua_pop(L, 1);
  return false;
}
