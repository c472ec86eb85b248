/*
** within.c: which call a piece of Lua code is a part of, by the stack of its coroutine. A mark set before the call would
** have to be taken back where the call raises, for which PUC Lua 5.1 has no way that lets it yield.
*/
#include "within.h"

#include "compat.h"

/*
** core.within(fn): the first argument of the innermost call of a Lua function that is under way in the calling coroutine,
** which the function must not have assigned to; nil for none. Stack: function.
*/
static int f_within(lua_State *L) {
  lua_Debug frame;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  for (int level = 1; lua_getstack(L, level, &frame); level++) {
    lua_settop(L, 1);
    lua_getinfo(L, "f", &frame);
    if (lua_rawequal(L, 1, 2) && lua_getlocal(L, &frame, 1) != NULL) return 1;
  }
  return 0;
}

void within_open(lua_State *L) {
  lua_pushcfunction(L, f_within);
  lua_setfield(L, -2, "within");
}
