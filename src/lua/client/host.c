/*
** host.c: the engine's notification socket, for host programs that cannot poll a descriptor of the
** engine.
*/
#include "lua/client/host.h"

#include "lua/client/shared_engine.h"
#include "lua/support/compat.h"

/* Returns the Lua state's engine; NULL if there is none, or only that of a parent process. */
static struct engine *current_engine(lua_State *L) {
  struct engine *engine = shared_engine_push(L)->engine;
  lua_pop(L, 1);
  return engine == NULL || engine_is_inherited(engine) ? NULL : engine;
}

/*
** core.notify_path(): returns the path of a unix socket to connect to, or of the one already
** connected; nil if the system has none to give.
*/
static int f_notify_path(lua_State *L) {
  lua_settop(L, 0);
  struct engine *engine = current_engine(L);
  const char *path = engine != NULL ? engine_notify_path(engine) : NULL;
  if (path == NULL) return 0;
  lua_pushstring(L, path);
  return 1;
}

/*
** core.notify_start(): from now on, the engine sends a byte over the connection whenever a step is
** due. Returns false if there is no connection.
*/
static int f_notify_start(lua_State *L) {
  lua_settop(L, 0);
  struct engine *engine = current_engine(L);
  lua_pushboolean(L, engine != NULL && engine_notify_start(engine));
  return 1;
}

/* core.notify_stop(): stops sending bytes. */
static int f_notify_stop(lua_State *L) {
  lua_settop(L, 0);
  struct engine *engine = current_engine(L);
  if (engine != NULL) engine_notify_stop(engine);
  return 0;
}

/* core.notify_send(): sends a byte, if notifications are started, and makes a step due. */
static int f_notify_send(lua_State *L) {
  lua_settop(L, 0);
  struct engine *engine = current_engine(L);
  if (engine != NULL) engine_wake(engine);
  return 0;
}

static const luaL_Reg functions[] = {
    {"notify_path", f_notify_path},
    {"notify_start", f_notify_start},
    {"notify_stop", f_notify_stop},
    {"notify_send", f_notify_send},
    {NULL, NULL},
};

void host_open(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
}
