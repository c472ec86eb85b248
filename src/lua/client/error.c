/*
** error.c: the error object, a plain table whose metatable converts it to its message.
*/
#include "lua/client/error.h"

#include "lua/client/error_summary.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define ERROR_TYPE "harnest.error"

void error_push(lua_State *L, enum error_kind kind, long status, const char *message) {
  lua_createtable(L, 0, 14);
  lua_pushstring(L, error_kind_name(kind));
  lua_setfield(L, -2, "kind");
  if (status != 0) {
    lua_pushinteger(L, (lua_Integer)status);
    lua_setfield(L, -2, "status");
  }
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "outcome_unknown");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "retryable");
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

/*
** core.error_line(object): returns one line about an error object of JSON:API: its title, detail
** and source. Stack: object (a table).
*/
static int f_error_line(lua_State *L) {
  lua_settop(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  error_summary_push_line(L, 1);
  return 1;
}

void error_open(lua_State *L) {
  static const luaL_Reg metamethods[] = {{"__tostring", m_tostring}, {NULL, NULL}},
                        functions[] = {{"error_line", f_error_line}, {NULL, NULL}},
                        methods[] = {{NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  metatable_push(L, ERROR_TYPE, metamethods);
  metatable_push_methods(L, methods); /* harnest.error_details adds them */
  lua_setfield(L, -3, "error_methods");
  lua_pop(L, 1);
}
