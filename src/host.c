/*
** host.c: the engine's line, by which hosts of Lua are woken that cannot poll a descriptor of ours. Of a closed client
** there is none.
*/
#include "host.h"

#include "client.h"
#include "compat.h"

/* The engine of the client at index 1; NULL when it is closed or there is no memory for one. */
static struct engine *engine_of(lua_State *L) {
  return session_engine(client_session(L, 1));
}

/*
** core.line_path(client): the path of a unix socket to connect to, or of the connection made by it that still stands;
** nil when the system gives none. Stack: client.
*/
static int f_line_path(lua_State *L) {
  struct engine *engine = engine_of(L);
  const char *path = engine != NULL ? engine_line(engine) : NULL;
  if (path == NULL) return 0;
  lua_pushstring(L, path);
  return 1;
}

/*
** core.line_listen(client): has a byte sent over the connection, from now on, whenever a step is due; false when none was
** made. Stack: client.
*/
static int f_line_listen(lua_State *L) {
  struct engine *engine = engine_of(L);
  lua_pushboolean(L, engine != NULL && engine_listen(engine));
  return 1;
}

/* core.line_hush(client): has no more bytes sent. Stack: client. */
static int f_line_hush(lua_State *L) {
  struct engine *engine = engine_of(L);
  if (engine != NULL) engine_hush(engine);
  return 0;
}

/* core.line_ring(client): sends a byte now, if it is listened to. Stack: client. */
static int f_line_ring(lua_State *L) {
  struct engine *engine = engine_of(L);
  if (engine != NULL) engine_ring(engine);
  return 0;
}

static const luaL_Reg functions[] = {
    {"line_path", f_line_path},
    {"line_listen", f_line_listen},
    {"line_hush", f_line_hush},
    {"line_ring", f_line_ring},
    {NULL, NULL},
};

void host_open(lua_State *L) {
  compat_setfuncs(L, functions);
}
