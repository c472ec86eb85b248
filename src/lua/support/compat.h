/*
** compat.h: the API differences between Lua 5.1, 5.2, 5.3, 5.4 and LuaJIT.
**
** A function of Lua 5.4's API that an older Lua lacks is defined under its own name, as
** lua-compat-5.3 does. Functions that no Lua has begin with compat_.
*/
#ifndef HARNEST_COMPAT_H
#define HARNEST_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>
#include <string.h>

/* The largest number of array or hash slots that lua_createtable is asked for in advance. */
#define COMPAT_PRESIZE_LIMIT (1 << 20)

#if LUA_VERSION_NUM == 501

static inline int lua_absindex(lua_State *L, int index) {
  return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(L) + index + 1;
}

static inline size_t lua_rawlen(lua_State *L, int index) {
  return lua_objlen(L, index);
}

/* LuaJIT 2.1 declares luaL_setfuncs and luaL_testudata, PUC Lua 5.1 does not. */
#define luaL_setfuncs compat_setfuncs
#define luaL_testudata compat_testudata

static inline void compat_setfuncs(lua_State *L, const luaL_Reg *list, int upvalues) {
  for (; list->name != NULL; list++) {
    for (int i = 0; i < upvalues; i++) lua_pushvalue(L, -upvalues);
    lua_pushcclosure(L, list->func, upvalues);
    lua_setfield(L, -upvalues - 2, list->name);
  }
  lua_pop(L, upvalues);
}

static inline void *compat_testudata(lua_State *L, int index, const char *type) {
  void *memory = lua_touserdata(L, index);
  if (memory == NULL || !lua_getmetatable(L, index)) return NULL;
  luaL_getmetatable(L, type);
  if (!lua_rawequal(L, -1, -2)) memory = NULL;
  lua_pop(L, 2);
  return memory;
}

#endif

#if LUA_VERSION_NUM < 503

/* Always false: this Lua has no integer subtype. */
static inline int lua_isinteger(lua_State *L, int index) {
  (void)L;
  (void)index;
  return 0;
}

#endif

#if LUA_VERSION_NUM < 504

/* The userdata always has one user value, whatever `count` is. */
static inline void *lua_newuserdatauv(lua_State *L, size_t size, int count) {
  (void)count;
  return lua_newuserdata(L, size);
}

/* `n` must be 1, and the value on top a table. */
static inline int lua_setiuservalue(lua_State *L, int index, int n) {
#if LUA_VERSION_NUM >= 502
  lua_setuservalue(L, index);
#else
  lua_setfenv(L, index);
#endif
  return n == 1;
}

/* `n` must be 1. */
static inline int lua_getiuservalue(lua_State *L, int index, int n) {
  (void)n;
#if LUA_VERSION_NUM >= 502
  lua_getuservalue(L, index);
#else
  lua_getfenv(L, index);
#endif
  return lua_type(L, -1);
}

#endif

/*
** Pushes a userdata of `size` zeroed bytes with the metatable registered as `type`, and space for
** one user value. Returns its memory, which Lua owns. [-0, +1, m]
*/
static inline void *compat_newuserdata(lua_State *L, size_t size, const char *type) {
  void *memory = lua_newuserdatauv(L, size, 1);
  memset(memory, 0, size);
  luaL_getmetatable(L, type);
  lua_setmetatable(L, -2);
  return memory;
}

/*
** Makes the collector do the work due for `bytes` bytes of new memory and for as many bytes that
** Lua will allocate from them. Does nothing if the script has stopped the collector. PUC Lua 5.1
** cannot report that, so there it never does anything. (A step of size 0 would reset the
** collector's debt instead.) [-0, +0, e]
*/
static inline void compat_step_collector(lua_State *L, size_t bytes) {
#ifdef LUA_GCISRUNNING
  if (lua_gc(L, LUA_GCISRUNNING, 0)) lua_gc(L, LUA_GCSTEP, (int)(bytes / 512) + 1);
#else
  (void)L, (void)bytes;
#endif
}

/* Pushes `value`, as the nearest float on a Lua without 64-bit integers. [-0, +1, -] */
static inline void compat_pushinteger(lua_State *L, int64_t value) {
#if LUA_VERSION_NUM >= 503
  lua_pushinteger(L, (lua_Integer)value);
#else
  lua_pushnumber(L, (lua_Number)value);
#endif
}

#endif
