/*
** compat.h: what differs between Lua 5.1, 5.2, 5.3, 5.4 and LuaJIT.
** Holds only what the other rooms call; they are written against Lua 5.4's names where a name exists.
*/
#ifndef HARNEST_COMPAT_H
#define HARNEST_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>
#include <string.h>

/* The largest number of array or record slots that a table is made for in advance. */
#define COMPAT_PRESIZE_LIMIT (1 << 20)

#if LUA_VERSION_NUM == 501

static inline int lua_absindex(lua_State *L, int index) {
  return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(L) + index + 1;
}

static inline size_t lua_rawlen(lua_State *L, int index) {
  return lua_objlen(L, index);
}

#endif

/* Makes a userdata of `size` zeroed bytes with the metatable registered as `type`. [-0, +1, m] */
static inline void *compat_newuserdata(lua_State *L, size_t size, const char *type) {
#if LUA_VERSION_NUM >= 504
  void *memory = lua_newuserdatauv(L, size, 1);
#else
  void *memory = lua_newuserdata(L, size);
#endif
  memset(memory, 0, size);
  luaL_getmetatable(L, type);
  lua_setmetatable(L, -2);
  return memory;
}

/* Makes a userdata of `size` bytes with neither metatable nor a place for a table of its own. [-0, +1, m] */
static inline void *compat_newdata(lua_State *L, size_t size) {
#if LUA_VERSION_NUM >= 504
  return lua_newuserdatauv(L, size, 0);
#else
  return lua_newuserdata(L, size);
#endif
}

/* Pops a table and keeps it beside the userdata at `index`, which then owns it. [-1, +0, -] */
static inline void compat_setuservalue(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 504
  lua_setiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
  lua_setuservalue(L, index);
#else
  lua_setfenv(L, index);
#endif
}

/* Pushes the table kept beside the userdata at `index`. [-0, +1, -] */
static inline void compat_getuservalue(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 504
  lua_getiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
  lua_getuservalue(L, index);
#else
  lua_getfenv(L, index);
#endif
}

/* Registers the functions of `list` (ended by a NULL name) in the table on top. [-0, +0, m] */
static inline void compat_setfuncs(lua_State *L, const luaL_Reg *list) {
  for (; list->name != NULL; list++) {
    lua_pushcfunction(L, list->func);
    lua_setfield(L, -2, list->name);
  }
}

/* The userdata at `index` if its metatable is the one registered as `type`, else NULL. [-0, +0, -] */
static inline void *compat_testudata(lua_State *L, int index, const char *type) {
  void *memory = lua_touserdata(L, index);
  if (memory == NULL || !lua_getmetatable(L, index)) return NULL;
  luaL_getmetatable(L, type);
  if (!lua_rawequal(L, -1, -2)) memory = NULL;
  lua_pop(L, 2);
  return memory;
}

/* Whether the number at `index` is an integer of Lua's own kind (never on 5.1, 5.2 and LuaJIT). */
static inline int compat_isinteger(lua_State *L, int index) {
#if LUA_VERSION_NUM >= 503
  return lua_isinteger(L, index);
#else
  (void)L;
  (void)index;
  return 0;
#endif
}

/*
** Lets the collector do the work that `bytes` of new memory, and as many that will be made of them, call for, unless the
** script has stopped it. PUC Lua 5.1 cannot tell whether it was, and gets none. (A step of size 0 would be no step more
** but forgive what the collector owes by now.)
** [-0, +0, e]
*/
static inline void compat_step_collector(lua_State *L, size_t bytes) {
#ifdef LUA_GCISRUNNING
  if (lua_gc(L, LUA_GCISRUNNING, 0)) lua_gc(L, LUA_GCSTEP, (int)(bytes / 512) + 1);
#else
  (void)L, (void)bytes;
#endif
}

/* Pushes an integer, as the nearest float where Lua has no 64-bit integers. [-0, +1, -] */
static inline void compat_pushinteger(lua_State *L, int64_t value) {
#if LUA_VERSION_NUM >= 503
  lua_pushinteger(L, (lua_Integer)value);
#else
  lua_pushnumber(L, (lua_Number)value);
#endif
}

#endif
