/*
** row.c: pushes the values of rows. The hot path of loops that read a few values of many resources.
**
** The userdata of columns has a struct columns. Its user value is a table of the paths, whose bytes
** the columns point to.
*/
#include "lua/document/row.h"

#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"
#include "json/json_id.h"
#include "lua/document/document_values.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/null.h"
#include "lua/support/options.h"
#include "lua/support/table_kind.h"
#include "lua/support/usage_error.h"

#define COLUMNS_TYPE "harnest.columns"
/* Stack slots that pushing one value needs beside it. */
#define ROW_SLOTS (LUA_MINSTACK + 4 * COLUMN_NAMES_MOST)

struct columns *row_check_columns(lua_State *L, int index) {
  return luaL_checkudata(L, index, COLUMNS_TYPE);
}

/* ------------------------------------------------------------------- columns */

/* Raises for a value at index 1 that is no array of names. Stack: columns. [-0, +0, v] */
static void refuse_columns(lua_State *L) {
  const char *got = lua_istable(L, 1) ? options_describe_table(L, 1) : options_describe(L, 1);
  usage_error_raise(L,
                    "rows: columns: expected an array of strings, such as {\"id\", \"title\"}, "
                    "got %s",
                    got);
}

/* Reads the path on top, the column with index `position` from 1. Raises if it is none. */
static void read_column(lua_State *L, struct column *column, int position) {
  if (lua_type(L, -1) != LUA_TSTRING)
    usage_error_raise(L, "rows: columns[%d]: expected a string, got %s", position,
                      options_describe(L, -1));
  column->text = lua_tolstring(L, -1, &column->length);
  if (column_parse(column)) return;
  if (column->count == COLUMN_NAMES_MOST)
    usage_error_raise(L,
                      "rows: columns[%d]: expected at most %d names joined by dots, got more: "
                      "\"%s\"",
                      position, COLUMN_NAMES_MOST, usage_error_quote(L, -1));
  usage_error_raise(L,
                    "rows: columns[%d]: expected names joined by dots, such as \"owner.name\", "
                    "but a name in \"%s\" is empty",
                    position, usage_error_quote(L, -1));
}

/*
** core.columns(columns): returns the columns, checked, for core.listing; a listing changes them.
** Stack: columns (any value).
*/
static int f_columns(lua_State *L) {
  lua_settop(L, 1);
  if (!lua_istable(L, 1) || table_kind_of(L, 1) != TABLE_KIND_ARRAY) refuse_columns(L);
  size_t count = lua_rawlen(L, 1);
  if (count > COLUMNS_MOST)
    usage_error_raise(L, "rows: columns: expected at most %d, got %d", COLUMNS_MOST, (int)count);
  struct columns *columns =
      compat_newuserdata(L, sizeof *columns + count * sizeof *columns->items, COLUMNS_TYPE);
  lua_createtable(L, (int)count, 0);
  for (int i = 1; i <= (int)count; i++) {
    lua_rawgeti(L, 1, i);
    read_column(L, &columns->items[i - 1], i);
    lua_rawseti(L, 3, i);
  }
  lua_setiuservalue(L, 2, 1);
  columns->count = columns->unsettled = count;
  return 1;
}

/* -------------------------------------------------------------------- values */

static void push_related(struct row *row, struct column *column, size_t next,
                         struct json_value identifier, bool in_array);

/* Pushes null: in an array as such, which keeps the positions, otherwise as the list wants it. */
static void push_null(const struct row *row, bool in_array) {
  if (in_array || row->columns->keeps_null)
    null_push(row->L);
  else
    lua_pushnil(row->L);
}

/* Pushes the value that was found in the document. */
static void push_value(const struct row *row, struct json_value value, bool is_id, bool in_array) {
  static const struct push_context none = {.names = NULL};
  enum json_type type = json_type(value);
  if (type == JSON_NULL)
    push_null(row, in_array);
  else if (type >= JSON_ARRAY)
    document_push_value(row->L, row->index, value, VALUE_PLAIN);
  else
    value_push(row->L, value, is_id ? VALUE_ID : VALUE_PLAIN, &none);
}

/* Pushes an array with a value for each identifier. */
static void push_array(struct row *row, struct column *column, size_t next,
                       struct json_value linkage) {
  struct json_iterator items = json_iterate(linkage);
  struct json_value item;
  size_t count = json_count(linkage);
  luaL_checkstack(row->L, 4, "a row");
  value_push_array(row->L, count > COMPAT_PRESIZE_LIMIT ? COMPAT_PRESIZE_LIMIT : (int)count);
  for (int i = 1; row->related <= COLUMNS_RELATED_MOST && json_next_item(&items, &item); i++) {
    push_related(row, column, next, item, true);
    lua_rawseti(row->L, -2, i);
  }
}

/*
** Pushes the value at `place`. A missing one is nil; in an array it is null, as it is not to change
** the positions of others.
*/
static void push_place(struct row *row, struct column *column, struct column_place place,
                       bool in_array) {
  switch (place.result) {
    case COLUMN_VALUE: push_value(row, place.value, place.is_id, in_array); return;
    case COLUMN_ONE: push_related(row, column, place.next, place.value, in_array); return;
    case COLUMN_MANY: push_array(row, column, place.next, place.value); return;
    case COLUMN_NULL: push_null(row, in_array); return;
    case COLUMN_MISSING: row->is_missing = true; break;
  }
  if (in_array)
    null_push(row->L);
  else
    lua_pushnil(row->L);
}

/* Whether two values are the same string. */
static bool is_same_text(struct json_value a, struct json_value b) {
  struct json_content one = json_content(a), other = json_content(b);
  return one.type == JSON_STRING && other.type == JSON_STRING && one.length == other.length &&
         memcmp(one.as.string, other.as.string, one.length) == 0;
}

/* Pushes what the path from the name `next` on leads to in the resource that `identifier` names. */
static void push_related(struct row *row, struct column *column, size_t next,
                         struct json_value identifier, bool in_array) {
  struct column_place place = column_find_in_linkage(column, next, identifier);
  row->related++;
  if (place.result == COLUMN_MISSING) {
    struct json_value related =
        document_find(row->L, lua_touserdata(row->L, row->index), identifier);
    if (json_exists(related)) {
      struct column_resource parts = column_resource_of(related);
      place = column_find(column, next, &parts);
      if (place.result == COLUMN_MISSING && row->columns->sparse &&
          is_same_text(parts.type, row->members.type))
        row->is_limited = true;
    }
  }
  push_place(row, column, place, in_array);
}

struct row row_of(lua_State *L, struct columns *columns, int index, struct json_value resource) {
  return (struct row){
      .L = L, .columns = columns, .index = index, .members = column_resource_of(resource)};
}

void row_push_place(struct row *row, struct column *column, struct column_place place) {
  luaL_checkstack(row->L, ROW_SLOTS, "a row");
  push_place(row, column, place, false);
}

enum row_verdict row_push(lua_State *L, struct columns *columns, int index,
                          struct json_value resource, const struct column **column) {
  struct row row = row_of(L, columns, index, resource);
  luaL_checkstack(L, (int)columns->count + ROW_SLOTS, "a row");
  for (size_t i = 0; i < columns->count; i++) {
    struct column_place place = column_find(&columns->items[i], 0, &row.members);
    *column = &columns->items[i];
    push_place(&row, &columns->items[i], place, false);
    if (row.is_limited) return ROW_IS_LIMITED;
    if (row.related > COLUMNS_RELATED_MOST) return ROW_IS_TOO_LARGE;
    if (i > 0 || !lua_isnil(L, -1)) continue;
    return row.is_missing ? ROW_FIRST_IS_MISSING : ROW_FIRST_IS_NULL;
  }
  return ROW_FINE;
}

/* ------------------------------------------------------------------- reasons */

static const char *const reasons[] = {
    [ROW_FIRST_IS_NULL] =
        "column \"%s\" is null in %s, but the first value of a row must not be "
        "nil, which ends a loop; put \"id\" first, or null = harnest.null into "
        "the query",
    [ROW_FIRST_IS_MISSING] =
        "column \"%s\" is missing in %s, but the first value of a row must not "
        "be nil, which ends a loop; put \"id\" first",
    [ROW_IS_LIMITED] =
        "column \"%s\": sparse = true left out its value for %s; leave sparse out of "
        "the query",
    [ROW_IS_TOO_LARGE] = "column \"%s\": %s has more than 1000000 related resources in a row",
};

/* Writes TYPE/ID of a resource to `shown`, of `size` bytes. */
static void name_resource(struct json_value resource, char *shown, size_t size) {
  char number[NUMBER_FORMAT_SIZE], type_shown[EXCERPT_SIZE(EXCERPT_VALUE)] = "",
                                   id_shown[EXCERPT_SIZE(EXCERPT_VALUE)] = "";
  const char *id;
  size_t length;
  struct json_content type = json_content(json_member(resource, "type"));
  if (type.type == JSON_STRING) excerpt(type_shown, type.as.string, type.length, EXCERPT_VALUE);
  if (json_id_text(json_member(resource, "id"), number, &id, &length))
    excerpt(id_shown, id, length, EXCERPT_VALUE);
  bool is_named = *type_shown != '\0' || *id_shown != '\0';
  snprintf(shown, size, "%s%s%s", is_named ? type_shown : "a resource",
           *id_shown != '\0' ? "/" : "", id_shown);
}

void row_describe(enum row_verdict verdict, const struct column *column, struct json_value resource,
                  char *reason, size_t size) {
  char path[EXCERPT_SIZE(EXCERPT_VALUE)], name[2 * EXCERPT_SIZE(EXCERPT_VALUE)];
  excerpt(path, column->text, column->length, EXCERPT_VALUE);
  name_resource(resource, name, sizeof name);
  snprintf(reason, size, reasons[verdict], path, name);
}

void row_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"columns", f_columns}, {NULL, NULL}},
                        metamethods[] = {{NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  metatable_push(L, COLUMNS_TYPE, metamethods);
  lua_pop(L, 1);
}
