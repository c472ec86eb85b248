/*
** host.c: the engine's notification socket, for host programs that cannot poll a descriptor of the
** engine. A closed client has none.
*/
#include "lua/client/host.h"

#include "lua/client/client.h"
#include "lua/support/compat.h"

/* Returns the engine of the client at index 1; NULL if the client is closed or on out of memory. */
static struct engine *engine_of(lua_State *L) {
  return session_engine(client_session(L, 1));
}

/*
** core.notify_path(client): returns the path of a unix socket to connect to, or of the one already
** connected; nil if the system has none to give. Stack: client.
*/
static int f_notify_path(lua_State *L) {
  lua_settop(L, 1);
  struct engine *engine = engine_of(L);
  const char *path = engine != NULL ? engine_notify_path(engine) : NULL;
  if (path == NULL) return 0;
  lua_pushstring(L, path);
  return 1;
}

/*
** core.notify_start(client): from now on, the engine sends a byte over the connection whenever a
** step is due. Returns false if there is no connection. Stack: client.
*/
static int f_notify_start(lua_State *L) {
  lua_settop(L, 1);
  struct engine *engine = engine_of(L);
  lua_pushboolean(L, engine != NULL && engine_notify_start(engine));
  return 1;
}

/* core.notify_stop(client): stops sending bytes. Stack: client. */
static int f_notify_stop(lua_State *L) {
  lua_settop(L, 1);
  struct engine *engine = engine_of(L);
  if (engine != NULL) engine_notify_stop(engine);
  return 0;
}

/* core.notify_send(client): sends a byte now, unless notification is stopped. Stack: client. */
static int f_notify_send(lua_State *L) {
  lua_settop(L, 1);
  struct engine *engine = engine_of(L);
  if (engine != NULL) engine_notify_send(engine);
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
