/*
** metatable.c: registers the metatables of userdata types.
*/
#include "lua/support/metatable.h"

#include "lua/support/compat.h"

void metatable_push(lua_State *L, const char *type, const luaL_Reg *metamethods) {
  luaL_newmetatable(L, type);
  luaL_setfuncs(L, metamethods, 0);
  lua_pushstring(L, type);
  lua_setfield(L, -2, "__name");
}

void metatable_push_methods(lua_State *L, const luaL_Reg *methods) {
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__index");
}

void metatable_register_gc(lua_State *L, const char *type, lua_CFunction gc) {
  const luaL_Reg metamethods[] = {{"__gc", gc}, {NULL, NULL}};
  metatable_push(L, type, metamethods);
  lua_pop(L, 1);
}
