/*
** null.c: JSON's null in Lua, and the empty object of Neovim.
*/
#include "lua/support/null.h"

#include <stdatomic.h>

#include "lua/support/compat.h"

#define NULL_KEY "harnest.null"
#define EMPTY_OBJECT_KEY "harnest.empty_object"

/* Whether a Lua state of this process is Neovim's, so that its registry has values of Neovim. */
static atomic_bool in_neovim;

#if LUA_VERSION_NUM == 501

/*
** Copies a member of Neovim's table `vim`, which is on top, to the registry if it has the type.
** [-0, +0, m]
*/
static void keep_member(lua_State *L, const char *member, int type, const char *name) {
  lua_pushstring(L, member);
  lua_rawget(L, -2);
  if (lua_type(L, -1) == type) {
    lua_setfield(L, LUA_REGISTRYINDEX, name);
    atomic_store_explicit(&in_neovim, true, memory_order_relaxed);
  } else {
    lua_pop(L, 1);
  }
}

void null_open(lua_State *L) {
  lua_pushliteral(L, "vim");
  lua_rawget(L, LUA_GLOBALSINDEX);
  if (lua_istable(L, -1)) {
    keep_member(L, "NIL", LUA_TUSERDATA, NULL_KEY);
    keep_member(L, "_empty_dict_mt", LUA_TTABLE, EMPTY_OBJECT_KEY);
  }
  lua_pop(L, 1);
}

#else

void null_open(lua_State *L) { /* Neovim has Lua 5.1 or LuaJIT */
  (void)L;
}

#endif

/*
** Pushes what null_open stored under `name` and returns true; pushes nothing and returns false if
** there is none. [-0, +(0|1), m]
*/
static bool push_kept(lua_State *L, const char *name) {
  if (!atomic_load_explicit(&in_neovim, memory_order_relaxed)) return false;
  lua_getfield(L, LUA_REGISTRYINDEX, name);
  if (!lua_isnil(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

void null_push(lua_State *L) {
  if (!push_kept(L, NULL_KEY)) lua_pushlightuserdata(L, NULL);
}

bool null_is(lua_State *L, int index) {
  if (lua_islightuserdata(L, index)) return lua_touserdata(L, index) == NULL;
  index = lua_absindex(L, index);
  if (lua_type(L, index) != LUA_TUSERDATA || !push_kept(L, NULL_KEY)) return false;
  bool same = lua_rawequal(L, -1, index);
  lua_pop(L, 1);
  return same;
}

void null_mark_empty_object(lua_State *L) {
  if (push_kept(L, EMPTY_OBJECT_KEY)) lua_setmetatable(L, -2);
}
