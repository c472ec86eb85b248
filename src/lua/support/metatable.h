/*
** metatable.h: registers the metatables of userdata types.
*/
#ifndef HARNEST_METATABLE_H
#define HARNEST_METATABLE_H

#include <lauxlib.h>
#include <lua.h>

/*
** Pushes a new metatable, registered as `type`, with `metamethods` (ended by a NULL name) and the
** field __name. [-0, +1, m]
*/
void metatable_push(lua_State *L, const char *type, const luaL_Reg *metamethods);

/* Pushes a table of `methods`, and makes it the __index of the metatable on top. [-0, +1, m] */
void metatable_push_methods(lua_State *L, const luaL_Reg *methods);

/* Registers the metatable `type` of a userdata that only needs the finalizer `gc`. [-0, +0, m] */
void metatable_register_gc(lua_State *L, const char *type, lua_CFunction gc);

#endif
