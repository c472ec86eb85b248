/*
** shared_engine.c: the userdata of the shared engine, which the registry keeps, and of holds, by
** which a loop keeps the engine open while it polls its descriptor.
*/
#include "lua/client/shared_engine.h"

#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define ENGINE_TYPE "harnest.engine"
#define ENGINE_KEY "harnest.engine.shared"
#define HOLD_TYPE "harnest.engine_hold"

/* Finalizers run in the reverse order of creation, so `shared` outlives its holds. */
struct hold {
  struct session_engine *shared; /* kept by the registry */
  bool is_held;
};

/* __gc of the engine's userdata. Stack: the userdata of a struct session_engine. */
static int m_engine_gc(lua_State *L) {
  lua_settop(L, 1);
  struct session_engine *shared = luaL_checkudata(L, 1, ENGINE_TYPE);
  engine_release(shared->engine);
  shared->engine = NULL;
  return 0;
}

struct session_engine *shared_engine_push(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, ENGINE_KEY);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    compat_newuserdata(L, sizeof(struct session_engine), ENGINE_TYPE);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, ENGINE_KEY);
  }
  return lua_touserdata(L, -1);
}

/*
** hold:hold(): keeps the engine open, even without clients, until hold:release(). Idempotent.
** Stack: hold.
*/
static int m_hold(lua_State *L) {
  lua_settop(L, 1);
  struct hold *hold = luaL_checkudata(L, 1, HOLD_TYPE);
  if (!hold->is_held) session_engine_join(hold->shared);
  hold->is_held = true;
  return 0;
}

/* hold:release(): undoes hold:hold(). Idempotent. Stack: hold. */
static int m_release(lua_State *L) {
  lua_settop(L, 1);
  struct hold *hold = luaL_checkudata(L, 1, HOLD_TYPE);
  if (hold->is_held) session_engine_leave(hold->shared);
  hold->is_held = false;
  return 0;
}

/* core.engine_hold(): returns a hold, which does not keep the engine open yet. */
static int f_engine_hold(lua_State *L) {
  lua_settop(L, 0);
  struct session_engine *shared = shared_engine_push(L);
  struct hold *hold = compat_newuserdata(L, sizeof *hold, HOLD_TYPE);
  hold->shared = shared;
  return 1;
}

void shared_engine_open(lua_State *L) {
  static const luaL_Reg methods[] = {{"hold", m_hold}, {"release", m_release}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", m_release}, {NULL, NULL}};
  metatable_register_gc(L, ENGINE_TYPE, m_engine_gc);
  metatable_push(L, HOLD_TYPE, metamethods);
  metatable_push_methods(L, methods);
  lua_pop(L, 2);
  lua_pushcfunction(L, f_engine_hold);
  lua_setfield(L, -2, "engine_hold");
}
