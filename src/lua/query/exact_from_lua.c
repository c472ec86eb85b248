/*
** exact_from_lua.c: converts a query's filter to criteria for exact matches.
*/
#include "lua/query/exact_from_lua.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number_format.h"
#include "lua/support/cdata.h"
#include "lua/support/compat.h"
#include "lua/support/table_kind.h"

/*
** Returns the nearest float to the digits of a 64-bit integer. strtod is not used, because that of
** mingw-w64 does not always find it.
*/
static double float_of_digits(const char *digits) {
  return *digits == '-' ? (double)strtoll(digits, NULL, 10) : (double)strtoull(digits, NULL, 10);
}

static bool add_float(struct exact *exact, double number) {
  char digits[400];
  if (floor(number) != number)
    return exact_add_number(exact, number, digits, number_format_float(number, digits));
  return exact_add_number(exact, number, digits,
                          (size_t)snprintf(digits, sizeof digits, "%.0f", number));
}

/* Adds the scalar on top of the stack. [-0, +0, e] */
static void add_scalar(lua_State *L, struct exact *exact) {
  size_t length;
  char digits[NUMBER_FORMAT_SIZE];
  bool added;
  if (lua_isinteger(L, -1)) {
    length = number_format_integer((int64_t)lua_tointeger(L, -1), digits);
    added = exact_add_number(exact, (double)lua_tonumber(L, -1), digits, length);
  } else if (lua_type(L, -1) == LUA_TNUMBER) {
    added = add_float(exact, (double)lua_tonumber(L, -1));
  } else if (lua_isboolean(L, -1)) {
    added =
        lua_toboolean(L, -1) ? exact_add_text(exact, "true", 4) : exact_add_text(exact, "false", 5);
  } else if (cdata_push_integer(L, -1)) {
    const char *text = lua_tolstring(L, -1, &length);
    added = exact_add_number(exact, float_of_digits(text), text, length);
    lua_pop(L, 1);
  } else {
    const char *text = lua_tolstring(L, -1, &length);
    added = exact_add_text(exact, text, length);
  }
  if (!added) luaL_error(L, "not enough memory");
}

/* Adds the scalar or the array of scalars on top of the stack. [-0, +0, e] */
static void add_values(lua_State *L, struct exact *exact) {
  if (!lua_istable(L, -1)) {
    add_scalar(L, exact);
    return;
  }
  for (int i = 1; i <= (int)lua_rawlen(L, -1); i++) {
    lua_rawgeti(L, -1, i);
    add_scalar(L, exact);
    lua_pop(L, 1);
  }
}

void exact_from_lua(lua_State *L, int index, struct exact *exact) {
  luaL_checkstack(L, LUA_MINSTACK, "filter");
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
    if (lua_istable(L, -1) && table_kind_of(L, -1) == TABLE_KIND_RECORD) continue;
    if (!exact_add(exact, lua_tostring(L, -2))) luaL_error(L, "not enough memory");
    add_values(L, exact);
  }
}
