/*
** finalizer.c: no Lua offers this question, but in all of them a finalizer runs with the collector
** stopped, and in PUC Lua 5.1, which does not show that either, with hooks disabled.
*/
#include "lua/support/finalizer.h"

#include <stdbool.h>

#ifdef LUA_GCISRUNNING

/* Whether the collector is stopped: by a finalizer that runs now, or by the script. */
static bool is_finalizing(lua_State *L) {
  return lua_gc(L, LUA_GCISRUNNING, 0) != 1; /* Lua 5.4: -1 in a finalizer */
}

#else

/* A hook that removes itself, which shows that hooks are enabled. */
static void remove_hook(lua_State *L, lua_Debug *event) {
  (void)event;
  lua_sethook(L, NULL, 0, 0);
}

static int do_nothing(lua_State *L) {
  (void)L;
  return 0;
}

/* Whether hooks are disabled: by a finalizer that runs now, or by a hook. Stack: 1 free slot. */
static bool is_finalizing(lua_State *L) {
  lua_Hook hook = lua_gethook(L);
  int mask = lua_gethookmask(L), count = lua_gethookcount(L);
  lua_pushcfunction(L, do_nothing); /* before the hook is set: it may run a finalizer */
  lua_sethook(L, remove_hook, LUA_MASKCALL, 0);
  lua_call(L, 0, 0);
  bool is_disabled = lua_gethook(L) == remove_hook;
  lua_sethook(L, hook, mask, count);
  return is_disabled;
}

#endif

/*
** core.in_finalizer(): returns whether a finalizer calls it. May also return true if the script has
** stopped the collector. In PUC Lua 5.1 also true in a hook, and false in a coroutine that the
** finalizer resumed.
*/
static int f_in_finalizer(lua_State *L) {
  lua_settop(L, 0);
  lua_pushboolean(L, is_finalizing(L));
  return 1;
}

void finalizer_open(lua_State *L) {
  lua_pushcfunction(L, f_in_finalizer);
  lua_setfield(L, -2, "in_finalizer");
}
