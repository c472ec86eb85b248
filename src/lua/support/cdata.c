/*
** cdata.c: 64-bit integers of LuaJIT's FFI.
**
** LuaJIT has no C interface to cdata. tostring writes an int64_t as `-1LL` and a uint64_t as
** `1ULL`, and no other type of C so.
*/
#include "lua/support/cdata.h"

#include <lauxlib.h>
#include <string.h>

/* The type of cdata; LuaJIT's headers do not define it. */
#define CDATA_TYPE 10

/* Returns the length of the digits of an integer as tostring writes it; 0 for other texts. */
static size_t digits_of(const char *text) {
  size_t sign = text[0] == '-', digits = strspn(text + sign, "0123456789");
  const char *suffix = text + sign + digits;
  bool is_integer = strcmp(suffix, "LL") == 0 || strcmp(suffix, "ULL") == 0;
  return is_integer && digits > 0 ? sign + digits : 0;
}

bool cdata_push_integer(lua_State *L, int index) {
  if (lua_type(L, index) != CDATA_TYPE || !luaL_callmeta(L, index, "__tostring")) return false;
  const char *text = lua_tostring(L, -1);
  size_t length = text != NULL ? digits_of(text) : 0;
  if (length > 0) lua_pushlstring(L, text, length);
  lua_remove(L, length > 0 ? -2 : -1);
  return length > 0;
}

bool cdata_is_integer(lua_State *L, int index) {
  if (!cdata_push_integer(L, index)) return false;
  lua_pop(L, 1);
  return true;
}
