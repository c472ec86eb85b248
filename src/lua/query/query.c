/*
** query.c: merges query tables, and the query functions of core.
*/
#include "lua/query/query.h"

#include "lua/query/query_encode.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/table_kind.h"
#include "lua/support/usage_error.h"

/* Replaces the array of scalars on top by a copy. [-1, +1, m] */
static void copy_array(lua_State *L) {
  int length = (int)lua_rawlen(L, -1);
  lua_createtable(L, length, 0);
  for (int i = 1; i <= length; i++) {
    lua_rawgeti(L, -2, i);
    lua_rawseti(L, -2, i);
  }
  lua_remove(L, -2);
}

/*
** Pushes the record that `target` has under the key at `key`; if the value there is no record,
** replaces it by a new one. [-0, +1, m]
*/
static void push_record(lua_State *L, int target, int key) {
  lua_pushvalue(L, key);
  lua_rawget(L, target);
  if (lua_istable(L, -1) && table_kind_of(L, -1) == TABLE_KIND_RECORD) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, key);
  lua_pushvalue(L, -2);
  lua_rawset(L, target);
}

/*
** Copies the members of the checked record at `source` over those of the record at `target`. An
** empty table is an empty record at depth 0, where the families are, and an empty array below.
** [-0, +0, m]
*/
static void merge_into(lua_State *L, int target, int source, int depth) {
  lua_pushnil(L);
  while (lua_next(L, source) != 0) {
    int value = lua_gettop(L);
    enum table_kind kind = lua_istable(L, value) ? table_kind_of(L, value) : TABLE_KIND_MIXED;
    if (kind == TABLE_KIND_RECORD || (kind == TABLE_KIND_EMPTY && depth == 0)) {
      push_record(L, target, value - 1);
      merge_into(L, value + 1, value, depth + 1);
    } else {
      if (lua_istable(L, value)) copy_array(L);
      lua_pushvalue(L, value - 1);
      lua_pushvalue(L, value);
      lua_rawset(L, target);
    }
    lua_settop(L, value - 1);
  }
}

void query_merge(lua_State *L, int first, int last) {
  luaL_checkstack(L, LUA_MINSTACK + 4 * QUERY_DEPTH, "query");
  lua_newtable(L);
  int target = lua_gettop(L);
  for (int index = first; index <= last; index++) {
    if (lua_isnil(L, index)) continue;
    if (!lua_istable(L, index)) {
      usage_error_raise(L, "query: expected a table, got %s", options_describe(L, index));
    }
    query_check(L, index);
    merge_into(L, target, index, 0);
  }
}

bool query_push(lua_State *L, int index, enum dialect dialect) {
  index = lua_absindex(L, index);
  if (dialect == DIALECT_HARNEST && query_encode_push_descending(L, index)) {
    lua_pushfstring(L,
                    "sort by \"%s\": Harnest sorts ascending only; sort the results in the script "
                    "or drop the \"-\"",
                    usage_error_quote(L, -1));
    lua_remove(L, -2);
    lua_remove(L, -2);
    return false;
  }
  query_encode_push(L, index, dialect);
  return true;
}

/*
** core.query(a, b, …): returns a new table with the queries checked and merged. Stack: tables or
** nil.
*/
static int f_query(lua_State *L) {
  query_merge(L, 1, lua_gettop(L));
  return 1;
}

/*
** core.encode_query(query, dialect): returns the query string, or nil and the reason why the
** dialect's server does not support the query. Stack: query (a table), dialect (a string or nil).
*/
static int f_encode_query(lua_State *L) {
  lua_settop(L, 2);
  static const char *const dialects[] = {
      [DIALECT_JSONAPI] = "jsonapi", [DIALECT_HARNEST] = "harnest", NULL};
  luaL_checktype(L, 1, LUA_TTABLE);
  int dialect = luaL_checkoption(L, 2, "jsonapi", dialects);
  query_check(L, 1);
  if (query_push(L, 1, (enum dialect)dialect)) return 1;
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

void query_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"query", f_query}, {"encode_query", f_encode_query}, {NULL, NULL}};
  query_encode_open(L);
  luaL_setfuncs(L, functions, 0);
}
