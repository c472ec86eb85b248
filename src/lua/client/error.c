/*
** error.c: the error object, a plain table whose metatable converts it to its message.
*/
#include "lua/client/error.h"

#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define ERROR_TYPE "harnest.error"

void error_push(lua_State *L, enum error_kind kind, long status, const char *message) {
  lua_createtable(L, 0, 10);
  lua_pushstring(L, error_kind_name(kind));
  lua_setfield(L, -2, "kind");
  if (status != 0) {
    lua_pushinteger(L, (lua_Integer)status);
    lua_setfield(L, -2, "status");
  }
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  luaL_getmetatable(L, ERROR_TYPE);
  lua_setmetatable(L, -2);
}

/* __tostring: returns the message. Stack: error. */
static int m_tostring(lua_State *L) {
  lua_settop(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_getfield(L, 1, "message");
  if (!lua_isstring(L, -1)) lua_pushliteral(L, ERROR_TYPE);
  return 1;
}

void error_open(lua_State *L) {
  static const luaL_Reg metamethods[] = {{"__tostring", m_tostring}, {NULL, NULL}};
  metatable_push(L, ERROR_TYPE, metamethods);
  lua_pop(L, 1);
}
