/*
** query_check.c: checks query tables key by key.
**
** The checking functions find their value on top of the stack and leave it there, whether they
** return or raise.
*/
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "lua/document/row_line.h"
#include "lua/query/query.h"
#include "lua/query/query_encode.h"
#include "lua/support/cdata.h"
#include "lua/support/path.h"
#include "lua/support/compat.h"
#include "lua/support/null.h"
#include "lua/support/options.h"
#include "lua/support/table_kind.h"

/* What options_is_whole accepts. */
#define QUERY_WHOLE_FROM(least) "a whole number from " least " to 9007199254740992"

typedef void check_function(lua_State *L, const struct path *path);

static const char *const missing_choices[] = {"error", "nil", NULL};

static const struct option keys[] = {
    {.name = "filter", .type = OPTION_TABLE},
    {.name = "sort", .type = OPTION_ANY},
    {.name = "include", .type = OPTION_ANY},
    {.name = "fields", .type = OPTION_TABLE},
    {.name = "page", .type = OPTION_TABLE},
    {.name = "limit", .type = OPTION_POSITIVE},
    {.name = "after", .type = OPTION_TEXT},
    {.name = "concurrency", .type = OPTION_POSITIVE},
    {.name = "exact", .type = OPTION_BOOLEAN},
    {.name = "view", .type = OPTION_BOOLEAN},
    {.name = "null", .type = OPTION_ANY},
    {.name = "missing", .type = OPTION_CHOICE, .choices = missing_choices},
    {.name = "sparse", .type = OPTION_BOOLEAN},
    {.name = "lines", .type = OPTION_ANY},
    {.name = "params", .type = OPTION_TABLE},
    {.name = NULL},
};

/* ------------------------------------------------------------------- raising */

/* Raises for the value on top, which is not what was `expected`. [-0, +0, v] */
static void raise_for_value(lua_State *L, const struct path *path, const char *expected) {
  if (null_is(L, -1)) {
    path_raise(L, path,
               "cannot send null in a query; give the string that your server uses for it");
  }
  path_raise(L, path, "expected %s, got %s", expected, options_describe(L, -1));
}

/* Raises for the table on top, which is of another kind than `expected`. [-0, +0, v] */
static void raise_for_table(lua_State *L, const struct path *path, const char *expected) {
  path_raise(L, path, "expected %s, got %s", expected, options_describe_table(L, -1));
}

/* ------------------------------------------------------------------- walking */

static void check_name(lua_State *L, const struct path *path) {
  if (path->length == 0) path_raise(L, path, "a name cannot be empty");
  if (text_has_control(path->name, path->length))
    path_raise(L, path, "the name has a control character");
  if (!utf8_valid(path->name, path->length)) path_raise(L, path, "the name is not UTF-8");
}

/* Calls `check` for each value of the record on top. [-0, +0, e] */
static void each_member(lua_State *L, const struct path *path, check_function *check) {
  if (path->depth > QUERY_DEPTH) path_raise(L, path, "nested too deep; does a table hold itself?");
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    struct path member = {.parent = path, .depth = path->depth + 1};
    member.name = lua_tolstring(L, -2, &member.length);
    check_name(L, &member);
    check(L, &member);
    lua_pop(L, 1);
  }
}

/* Calls `check` for each value of the array on top. [-0, +0, e] */
static void each_item(lua_State *L, const struct path *path, check_function *check) {
  int length = (int)lua_rawlen(L, -1);
  for (int i = 1; i <= length; i++) {
    struct path item = {.parent = path, .position = (size_t)i, .depth = path->depth + 1};
    lua_rawgeti(L, -1, i);
    check(L, &item);
    lua_pop(L, 1);
  }
}

/* ------------------------------------------------------- values, for filters */

static void check_string(lua_State *L, const struct path *path) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  if (strlen(text) != length) path_raise(L, path, "a string in a query must not contain NUL");
  if (!utf8_valid(text, length)) path_raise(L, path, "a string in a query must be UTF-8");
}

static void check_number(lua_State *L, const struct path *path) {
  if (!isfinite(lua_tonumber(L, -1))) raise_for_value(L, path, "a finite number");
}

static void check_item(lua_State *L, const struct path *path) {
  switch (lua_type(L, -1)) {
    case LUA_TSTRING:
      check_string(L, path);
      if (strchr(lua_tostring(L, -1), ',') == NULL) return;
      path_raise(L, path, "value contains a comma, which separates list items; pass it in params");
      return;
    case LUA_TNUMBER: check_number(L, path); return;
    case LUA_TBOOLEAN: return;
    default:
      if (!cdata_is_integer(L, -1)) raise_for_value(L, path, "string, number or boolean");
  }
}

static void check_value(lua_State *L, const struct path *path);

static void check_table(lua_State *L, const struct path *path) {
  switch (table_kind_of(L, -1)) {
    case TABLE_KIND_EMPTY: return;
    case TABLE_KIND_ARRAY: each_item(L, path, check_item); return;
    case TABLE_KIND_RECORD: each_member(L, path, check_value); return;
    case TABLE_KIND_MIXED: raise_for_table(L, path, "an array or a table of names and values");
  }
}

static void check_value(lua_State *L, const struct path *path) {
  switch (lua_type(L, -1)) {
    case LUA_TSTRING: check_string(L, path); return;
    case LUA_TNUMBER: check_number(L, path); return;
    case LUA_TBOOLEAN: return;
    case LUA_TTABLE: check_table(L, path); return;
    default:
      if (!cdata_is_integer(L, -1)) raise_for_value(L, path, "string, number, boolean or table");
  }
}

/* ------------------------------------- names, for sort, include and fields */

/* Checks one name of a comma-separated list, `length` bytes at `name`. */
static void check_listed(lua_State *L, const struct path *path, const char *name, size_t length) {
  if (length == 0 || (length == 1 && name[0] == '-')) path_raise(L, path, "a name in it is empty");
  if (name[0] == ' ' || name[length - 1] == ' ')
    path_raise(L, path, "a name in it starts or ends with a space");
  if (text_has_control(name, length)) path_raise(L, path, "a name in it has a control character");
}

static void check_listed_item(lua_State *L, const struct path *path) {
  if (lua_type(L, -1) != LUA_TSTRING) raise_for_value(L, path, "string");
  check_item(L, path);
  check_listed(L, path, lua_tostring(L, -1), lua_rawlen(L, -1));
}

/* Checks a string of comma-separated names or an array of names. Both may be empty. */
static void check_names(lua_State *L, const struct path *path) {
  if (lua_type(L, -1) == LUA_TTABLE) {
    if (table_kind_of(L, -1) > TABLE_KIND_ARRAY)
      raise_for_table(L, path, "a string or an array of strings");
    each_item(L, path, check_listed_item);
    return;
  }
  if (lua_type(L, -1) != LUA_TSTRING) raise_for_value(L, path, "a string or an array of strings");
  check_string(L, path);
  const char *at = lua_tostring(L, -1);
  while (*at != '\0') {
    size_t length = strcspn(at, ",");
    check_listed(L, path, at, length);
    at += length;
    if (*at == ',' && *++at == '\0') path_raise(L, path, "a name in it is empty");
  }
}

/* ------------------------------------------------------------------ families */

static void require_record(lua_State *L, const struct path *path) {
  enum table_kind kind = table_kind_of(L, -1);
  if (kind == TABLE_KIND_ARRAY || kind == TABLE_KIND_MIXED)
    raise_for_table(L, path, "a table of names and values");
}

static void check_values(lua_State *L, const struct path *path) {
  require_record(L, path);
  each_member(L, path, check_value);
}

static void check_null(lua_State *L, const struct path *path) {
  if (!null_is(L, -1))
    path_raise(L, path, "expected harnest.null, got %s", options_describe(L, -1));
}

static void check_lines(lua_State *L, const struct path *path) {
  (void)path;
  row_line_check(L, -1, "query.");
}

static void check_fields(lua_State *L, const struct path *path) {
  require_record(L, path);
  each_member(L, path, check_names);
}

static void check_page_member(lua_State *L, const struct path *path) {
  if (strcmp(path->name, "size") == 0) {
    if (!options_is_whole(L, -1, 1)) raise_for_value(L, path, QUERY_WHOLE_FROM("1"));
  } else if (strcmp(path->name, "number") == 0) {
    if (!options_is_whole(L, -1, 0)) raise_for_value(L, path, QUERY_WHOLE_FROM("0"));
  } else if (lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER) {
    check_value(L, path);
  } else if (!cdata_is_integer(L, -1)) {
    raise_for_value(L, path, "string or number");
  }
}

/* The usual members of the family `page`. Servers may have others. */
static const struct option page_members[] = {
    {.name = "size"},   {.name = "number"}, {.name = "offset"}, {.name = "limit"},
    {.name = "cursor"}, {.name = "after"},  {.name = "before"}, {.name = NULL},
};

/* Raises for a name in the record on top that is similar to a usual one. [-0, +0, e] */
static void refuse_misspelt(lua_State *L) {
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
    options_refuse_similar(L, lua_absindex(L, -2), "query.page.", page_members);
}

static void check_page(lua_State *L, const struct path *path) {
  require_record(L, path);
  each_member(L, path, check_page_member);
  refuse_misspelt(L);
}

/* Returns whether a name is a usual member of `page`. */
static bool is_page_member(const char *name) {
  for (const struct option *member = page_members; member->name != NULL; member++)
    if (strcmp(name, member->name) == 0) return true;
  return false;
}

/*
** Returns the member of `page` for a name like `pagesize`, `pageSize` or `page-size`; NULL for
** other names.
*/
static const char *page_member_of(const char *name) {
  char letters[sizeof "pagenumber"]; /* the name in lower case, without separators */
  size_t length = 0;
  for (; *name != '\0'; name++) {
    if (strchr("_-", *name) != NULL) continue;
    if (length == sizeof letters - 1) return NULL;
    letters[length++] = (char)tolower((unsigned char)*name);
  }
  letters[length] = '\0';
  if (strncmp(letters, "page", 4) != 0) return NULL;
  for (const struct option *member = page_members; member->name != NULL; member++)
    if (strcmp(letters + 4, member->name) == 0) return member->name;
  return NULL;
}

/*
** Returns the family with which a name begins, followed by `.`, `_` or `[`, and sets `*rest` to
** what comes after that; returns NULL for other names.
*/
static const char *family_of(const char *name, const char **rest) {
  static const char *const families[] = {"filter", "fields", "page", "params"};
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    size_t length = strlen(families[i]);
    if (strncmp(name, families[i], length) != 0 || name[length] == '\0') continue;
    if (strchr("._[", name[length]) == NULL) continue;
    *rest = name + length + 1;
    return families[i];
  }
  return NULL;
}

/*
** Suggests the family of an unknown name: `filter.status` for `status`, `page.size` for `size`,
** `page_size`, `pagesize` and `page[size]`. See options_suggest.
*/
static bool suggest_family(lua_State *L, int key) {
  const char *name = lua_tostring(L, key), *rest = name, *member = page_member_of(name);
  if (member != NULL) {
    lua_pushfstring(L, "page.%s", member);
    return true;
  }
  const char *family = family_of(name, &rest);
  if (family == NULL) family = is_page_member(name) ? "page" : "filter";
  if (rest == name)
    lua_pushvalue(L, key);
  else
    lua_pushlstring(L, rest, strlen(rest) - (rest[strcspn(rest, "]")] == ']'));
  if (path_has_plain_name(L, -1)) {
    lua_pushfstring(L, "%s.%s", family, lua_tostring(L, -1));
    lua_remove(L, -2);
    return true;
  }
  lua_pop(L, 1);
  return false;
}

void query_check(lua_State *L, int index) {
  static const struct {
    const char *name;
    check_function *check;
  } families[] = {{"filter", check_values}, {"sort", check_names}, {"include", check_names},
                  {"fields", check_fields}, {"page", check_page},  {"params", check_values},
                  {"null", check_null},     {"lines", check_lines}};
  static const struct path root = {.name = "query", .length = 5};
  luaL_checkstack(L, LUA_MINSTACK + 4 * QUERY_DEPTH, "query");
  index = lua_absindex(L, index);
  options_check_or_suggest(L, index, "query.", keys, suggest_family);
  for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
    if (!options_push(L, index, families[i].name)) continue;
    struct path path = {
        .parent = &root, .name = families[i].name, .length = strlen(families[i].name), .depth = 1};
    families[i].check(L, &path);
    lua_pop(L, 1);
  }
}
