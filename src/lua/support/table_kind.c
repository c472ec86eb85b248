/*
** table_kind.c: classifies tables as arrays, records or neither.
*/
#include "lua/support/table_kind.h"

#include <stddef.h>

#include "lua/support/compat.h"

/* Above 2^53 every float is whole; no array is that long. */
#define LARGEST_POSITION 9007199254740992.0

enum table_kind table_kind_of(lua_State *L, int index) {
  size_t strings = 0, positions = 0;
  lua_Number last = 0;
  index = lua_absindex(L, index);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
      strings++;
      continue;
    }
    lua_Number key = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    if (key < 1 || key > LARGEST_POSITION || key != (lua_Number)(long long)key) {
      lua_pop(L, 1);
      return TABLE_KIND_MIXED;
    }
    positions++;
    if (key > last) last = key;
  }
  if (positions == 0) return strings == 0 ? TABLE_KIND_EMPTY : TABLE_KIND_RECORD;
  /* distinct positions from 1 to their count leave no holes */
  return strings == 0 && last == (lua_Number)positions ? TABLE_KIND_ARRAY : TABLE_KIND_MIXED;
}
