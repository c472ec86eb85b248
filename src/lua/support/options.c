/*
** options.c: tables of named options.
*/
#include "lua/support/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/similar.h"
#include "base/text.h"
#include "lua/support/compat.h"
#include "lua/support/null.h"
#include "lua/support/table_kind.h"
#include "lua/support/usage_error.h"
#include "lua/support/wrong_names.h"

/* Names are similar if they begin with at least this many common letters; see nearest_stem. */
#define LEAST_STEM 4
/* An error lists all known names if there are at most this many. */
#define NAMES_LISTED 40

/* Up to 2^53, integers and floats represent the same whole numbers. */
#define LARGEST_WHOLE 9007199254740992.0
/* Size of the longest description of an expected value with its NUL. */
#define EXPECTATION_SIZE 100

/* -------------------------------------------------------------- nearest name */

/* Returns the name in `list` that is most similar to `name`, or NULL if none is similar. */
static const char *nearest_of(const char *name, const struct option *list) {
  const char *nearest = NULL;
  if (strchr(name, '[') != NULL) return NULL; /* `page[size]` is a path */
  size_t least = SIMILAR_NONE;
  for (; list->name != NULL; list++) {
    size_t edits = similar_edits(name, list->name);
    if (edits >= least) continue;
    least = edits;
    nearest = list->name;
  }
  return nearest;
}

/*
** Returns the name in `list` that has the longest beginning in common with `name`; NULL unless that
** is four letters and three quarters of the shorter name.
*/
static const char *nearest_stem(const char *name, const struct option *list) {
  const char *nearest = NULL;
  size_t length = strlen(name), longest = LEAST_STEM - 1;
  for (; list->name != NULL; list++) {
    size_t common = 0, shorter = strlen(list->name);
    if (length < shorter) shorter = length;
    while (name[common] != '\0' && name[common] == list->name[common]) common++;
    if (common <= longest || common * 4 < shorter * 3) continue;
    longest = common;
    nearest = list->name;
  }
  return nearest;
}

/*
** Returns the name in `list` that ends `name` after a `_`, as in `max_retries`; NULL if none does.
*/
static const char *nearest_end(const char *name, const struct option *list) {
  size_t length = strlen(name);
  for (; list->name != NULL; list++) {
    size_t end = strlen(list->name);
    if (length > end && name[length - end - 1] == '_' &&
        strcmp(name + length - end, list->name) == 0)
      return list->name;
  }
  return NULL;
}

/* ------------------------------------------------------------------ checking */

static bool is_text(lua_State *L, int index) {
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING) return false;
  const char *text = lua_tolstring(L, index, &length);
  return length > 0 && !text_has_control(text, length);
}

static bool is_seconds(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TNUMBER && isfinite(lua_tonumber(L, index)) &&
         lua_tonumber(L, index) > 0;
}

bool options_is_whole(lua_State *L, int index, lua_Number least) {
  if (lua_type(L, index) != LUA_TNUMBER) return false;
  lua_Number number = lua_tonumber(L, index);
  return number >= least && number <= LARGEST_WHOLE && number == floor(number);
}

/* Returns the largest whole number of the option. */
static lua_Number most_of(const struct option *option) {
  return option->most > 0 ? option->most : LARGEST_WHOLE;
}

static bool is_whole(lua_State *L, int index, lua_Number least, const struct option *option) {
  return options_is_whole(L, index, least) && lua_tonumber(L, index) <= most_of(option);
}

/*
** Returns whether the value at `index` fits the option. For options that hold further values,
** checks only the type of the container.
*/
static bool fits(lua_State *L, int index, const struct option *option) {
  int type = lua_type(L, index);
  switch (option->type) {
    case OPTION_ANY: return true;
    case OPTION_STRING: return type == LUA_TSTRING;
    case OPTION_TEXT: return is_text(L, index);
    case OPTION_BOOLEAN: return type == LUA_TBOOLEAN;
    case OPTION_SECONDS: return is_seconds(L, index);
    case OPTION_COUNT: return is_whole(L, index, 0, option);
    case OPTION_POSITIVE:
    case OPTION_BYTES: return is_whole(L, index, 1, option);
    case OPTION_CACHE:
      return type == LUA_TBOOLEAN || type == LUA_TTABLE || is_whole(L, index, 1, option);
    case OPTION_FUNCTION: return type == LUA_TFUNCTION;
    case OPTION_TEXT_OR_FUNCTION: return type == LUA_TFUNCTION || is_text(L, index);
    case OPTION_TEXT_OR_FALSE:
      return is_text(L, index) || (type == LUA_TBOOLEAN && !lua_toboolean(L, index));
    case OPTION_TABLE: return type == LUA_TTABLE;
    case OPTION_TEXTS:
      return is_text(L, index) ||
             (type == LUA_TTABLE && table_kind_of(L, index) <= TABLE_KIND_ARRAY);
    case OPTION_HEADERS: {
      enum table_kind kind = type == LUA_TTABLE ? table_kind_of(L, index) : TABLE_KIND_MIXED;
      return kind == TABLE_KIND_RECORD || kind == TABLE_KIND_EMPTY;
    }
    case OPTION_CHOICE: break;
  }
  for (const char *const *choice = option->choices; type == LUA_TSTRING && *choice != NULL;
       choice++) {
    if (strcmp(lua_tostring(L, index), *choice) == 0) return true;
  }
  return false;
}

/* Formats of the expected types; those of whole numbers take the largest one. */
static const char *const expectations[] = {
    [OPTION_ANY] = "any value",
    [OPTION_STRING] = "a string",
    [OPTION_TEXT] = "a string",
    [OPTION_BOOLEAN] = "true or false",
    [OPTION_SECONDS] = "a finite number of seconds above 0",
    [OPTION_COUNT] = "a whole number from 0 to %.0f",
    [OPTION_POSITIVE] = "a whole number from 1 to %.0f",
    [OPTION_BYTES] = "a whole number of bytes from 1 to %.0f",
    [OPTION_CACHE] = "true, false, a whole number of bytes from 1 to %.0f or a table",
    [OPTION_FUNCTION] = "a function",
    [OPTION_TEXT_OR_FUNCTION] = "a string or a function",
    [OPTION_TEXT_OR_FALSE] = "a string or false",
    [OPTION_TABLE] = "a table",
    [OPTION_TEXTS] = "a string or an array of strings",
    [OPTION_HEADERS] = "a table of names and values",
};

/*
** Pushes the expected type or choices of the option, to follow "expected", and returns it.
** [-0, +1, m]
*/
static const char *push_expectation(lua_State *L, const struct option *option) {
  if (option->type != OPTION_CHOICE) {
    char text[EXPECTATION_SIZE];
    snprintf(text, sizeof text, expectations[option->type], (double)most_of(option));
    lua_pushstring(L, text);
    return lua_tostring(L, -1);
  }
  lua_pushliteral(L, "");
  for (const char *const *choice = option->choices; *choice != NULL; choice++) {
    const char *joint = choice == option->choices ? "" : choice[1] == NULL ? " or " : ", ";
    lua_pushfstring(L, "%s\"%s\"", joint, *choice);
    lua_concat(L, 2);
  }
  return lua_tostring(L, -1);
}

/* Describes a string. Never returns the string itself, because it may be a secret. */
static const char *describe_string(lua_State *L, int index) {
  if (is_text(L, index)) return "string";
  return lua_rawlen(L, index) == 0 ? "an empty string" : "a string with control characters";
}

const char *options_describe(lua_State *L, int index) {
  int type = lua_type(L, index);
  if (type == LUA_TNUMBER && !isnan(lua_tonumber(L, index))) {
    lua_pushvalue(L, index);
  } else if (type == LUA_TNUMBER) {
    lua_pushliteral(L, "nan"); /* Lua's own text for NaN may have a sign */
  } else if (type == LUA_TSTRING) {
    lua_pushstring(L, describe_string(L, index));
  } else if (null_is(L, index)) {
    lua_pushliteral(L, "null");
  } else {
    lua_pushstring(L, luaL_typename(L, index));
  }
  return lua_tostring(L, -1);
}

/*
** Raises unless each item of the array at absolute `index` is a non-empty string without control
** characters. [-0, +0, v]
*/
static void check_texts(lua_State *L, int index, const char *prefix, const char *name) {
  for (int i = 1; i <= (int)lua_rawlen(L, index); i++) {
    lua_rawgeti(L, index, i);
    if (!is_text(L, -1)) {
      usage_error_raise(L, "%s%s[%d]: expected a string, got %s", prefix, name, i,
                        options_describe(L, -1));
    }
    lua_pop(L, 1);
  }
}

/* Returns whether a NUL-terminated string is a field name, an RFC 9110 token. */
static bool is_token(const char *name) {
  static const char allowed[] =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return name[0] != '\0' && name[strspn(name, allowed)] == '\0';
}

/* Describes a table that is neither an array nor a record. [-0, +0, -] */
static const char *describe_mixed(lua_State *L, int index) {
  bool names = false, positions = false;
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
    bool is_position = lua_type(L, -2) == LUA_TNUMBER && options_is_whole(L, -2, 1);
    names = names || lua_type(L, -2) == LUA_TSTRING;
    positions = positions || is_position;
    if (is_position || lua_type(L, -2) == LUA_TSTRING) continue;
    lua_pop(L, 2);
    return "a table with other keys";
  }
  return names && positions ? "a table with names and positions" : "an array with holes";
}

const char *options_describe_table(lua_State *L, int index) {
  const char *text = "an empty table";
  index = lua_absindex(L, index);
  switch (table_kind_of(L, index)) {
    case TABLE_KIND_ARRAY: text = "an array"; break;
    case TABLE_KIND_RECORD: text = "a table of names and values"; break;
    case TABLE_KIND_MIXED: text = describe_mixed(L, index); break;
    case TABLE_KIND_EMPTY: break;
  }
  lua_pushstring(L, text);
  return lua_tostring(L, -1);
}

/*
** Raises unless each key of the table at absolute `index` is a header name and each value a header
** value. [-0, +0, v]
*/
static void check_headers(lua_State *L, int index, const char *prefix, const char *name) {
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    size_t length;
    const char *header = lua_tolstring(L, -2, &length);
    if (strlen(header) != length || !is_token(header)) {
      usage_error_raise(L, "%s%s: \"%s\" is not a header's name", prefix, name,
                        usage_error_quote(L, -2));
    }
    if (lua_type(L, -1) != LUA_TSTRING) {
      const char *shown = usage_error_quote(L, -2), *got = options_describe(L, -2);
      usage_error_raise(L, "%s%s.%s: expected a string, got %s", prefix, name, shown, got);
    }
    const char *value = lua_tolstring(L, -1, &length);
    if (strcspn(value, "\r\n") != length) {
      usage_error_raise(L, "%s%s.%s: a header value must not contain CR, LF or NUL", prefix, name,
                        usage_error_quote(L, -2));
    }
    lua_pop(L, 1);
  }
}

/* Pushes the known names, "a, b, c"; "" if there are many. Returns them. [-0, +1, m] */
static const char *push_known(lua_State *L, const struct option *list) {
  size_t count = 0;
  while (list[count].name != NULL) count++;
  luaL_Buffer names;
  luaL_buffinit(L, &names);
  for (size_t i = 0; i < count && count <= NAMES_LISTED; i++) {
    if (i > 0) luaL_addstring(&names, ", ");
    luaL_addstring(&names, list[i].name);
  }
  luaL_pushresult(&names);
  return lua_tostring(L, -1);
}

/* Raises a usage error for the key at absolute `index`, which is in no list. [-0, +0, v] */
static int unknown(lua_State *L, int index, const char *prefix, const struct option *list,
                   options_suggest *suggest) {
  if (lua_type(L, index) != LUA_TSTRING) {
    return usage_error_raise(L, "%s%s: unknown; names are strings", prefix,
                             options_describe(L, index));
  }
  const char *name = lua_tostring(L, index);
  const char *shown = usage_error_quote(L, index);
  const char *known = push_known(L, list);
  const char *nearest = wrong_name_meant(prefix, name);
  if (nearest == NULL) nearest = nearest_of(name, list);
  if (nearest == NULL && suggest != NULL && suggest(L, index)) {
    bool lists = *known != '\0';
    return usage_error_raise(L, "%s%s: unknown; did you mean %s?%s%s%s", prefix, shown,
                             usage_error_quote(L, -1), lists ? " (known names: " : "", known,
                             lists ? ")" : "");
  }
  if (nearest == NULL) nearest = nearest_end(name, list);
  if (nearest == NULL) nearest = nearest_stem(name, list);
  if (nearest != NULL)
    return usage_error_raise(L, "%s%s: unknown; did you mean %s?", prefix, shown, nearest);
  return usage_error_raise(L, "%s%s: unknown%s%s", prefix, shown,
                           *known == '\0' ? "" : "; known names: ", known);
}

/*
** Raises a usage error for the value at absolute `index`, which does not fit. Shows a wrong choice,
** since that is no secret. [-0, +0, v]
*/
static void refuse(lua_State *L, int index, const char *prefix, const struct option *option) {
  const char *expected = push_expectation(L, option);
  if (option->type == OPTION_CHOICE && is_text(L, index)) {
    usage_error_raise(L, "%s%s: expected %s, got \"%s\"", prefix, option->name, expected,
                      usage_error_quote(L, index));
  }
  bool holds = option->type == OPTION_HEADERS || option->type == OPTION_TEXTS;
  const char *got = holds && lua_istable(L, index) ? options_describe_table(L, index)
                                                   : options_describe(L, index);
  usage_error_raise(L, "%s%s: expected %s, got %s", prefix, option->name, expected, got);
}

void options_refuse_similar(lua_State *L, int index, const char *prefix,
                            const struct option *list) {
  const char *name = lua_tostring(L, index);
  for (const struct option *option = list; option->name != NULL; option++)
    if (strcmp(name, option->name) == 0) return;
  const char *nearest = nearest_of(name, list);
  if (nearest != NULL)
    usage_error_raise(L,
                      "%s%s: unknown; did you mean %s? (a name that only your server knows goes "
                      "into params)",
                      prefix, usage_error_quote(L, index), nearest);
}

/* Returns the option whose name is the key at `index`, or NULL. */
static const struct option *find(lua_State *L, int index, const struct option *list) {
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING) return NULL;
  const char *name = lua_tolstring(L, index, &length);
  while (list->name != NULL && !text_is(name, length, list->name)) list++;
  return list->name == NULL ? NULL : list;
}

void options_check_or_suggest(lua_State *L, int index, const char *prefix,
                              const struct option *list, options_suggest *suggest) {
  luaL_checkstack(L, LUA_MINSTACK, "options");
  index = lua_absindex(L, index);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    const struct option *option = find(L, -2, list);
    int value = lua_gettop(L);
    if (option == NULL) {
      unknown(L, value - 1, prefix, list, suggest);
      return;
    }
    if (!fits(L, value, option)) refuse(L, value, prefix, option);
    if (option->type == OPTION_HEADERS) check_headers(L, value, prefix, option->name);
    if (option->type == OPTION_TEXTS && lua_istable(L, value))
      check_texts(L, value, prefix, option->name);
    lua_pop(L, 1);
  }
}

void options_check(lua_State *L, int index, const char *prefix, const struct option *list) {
  options_check_or_suggest(L, index, prefix, list, NULL);
}

/* ------------------------------------------------------------------- reading */

bool options_push(lua_State *L, int index, const char *name) {
  index = lua_absindex(L, index);
  lua_pushstring(L, name);
  lua_rawget(L, index);
  if (!lua_isnil(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

bool options_has(lua_State *L, int index, const char *name) {
  bool is_given = options_push(L, index, name);
  lua_pop(L, is_given ? 1 : 0);
  return is_given;
}

const char *options_string(lua_State *L, int index, const char *name, const char *fallback) {
  if (!options_push(L, index, name)) return fallback;
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : fallback;
  lua_pop(L, 1);
  return text;
}

bool options_boolean(lua_State *L, int index, const char *name, bool fallback) {
  if (!options_push(L, index, name)) return fallback;
  bool value = lua_isboolean(L, -1) ? lua_toboolean(L, -1) : fallback;
  lua_pop(L, 1);
  return value;
}

double options_seconds(lua_State *L, int index, const char *name, double fallback) {
  if (!options_push(L, index, name)) return fallback;
  double value = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : fallback;
  lua_pop(L, 1);
  return value;
}

int64_t options_whole(lua_State *L, int index, const char *name, int64_t fallback) {
  if (!options_push(L, index, name)) return fallback;
  int64_t value = lua_type(L, -1) == LUA_TNUMBER ? (int64_t)lua_tonumber(L, -1) : fallback;
  lua_pop(L, 1);
  return value;
}

const char *options_keep(lua_State *L, int index, const char *name) {
  const char *text = lua_tostring(L, -1);
  lua_setfield(L, index, name);
  return text;
}

int options_refuse(lua_State *L, const char *name, const char *problem) {
  return usage_error_raise(L, "option %s: %s", name, problem);
}
