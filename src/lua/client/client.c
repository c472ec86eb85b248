/*
** client.c: the client userdata.
**
** Its own table (the user value) keeps alive what the session refers to: the strings of the
** options, under their names, and the shared engine's userdata. It also has the functions `trace`
** and `token`, and `debug`, for the Lua side. The token itself is only in the session.
*/
#include "lua/client/client.h"

#include <errno.h>

#include "base/clock.h"
#include "http/request.h"
#include "lua/client/cassette.h"
#include "lua/client/client_options.h"
#include "lua/client/shared_engine.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define CLIENT_TYPE "harnest.client"

struct session *client_session(lua_State *L, int index) {
  struct session *session = luaL_testudata(L, index, CLIENT_TYPE);
  if (session == NULL)
    usage_error_raise(L, "expected a client, got %s; methods are called as api:name(...)",
                      options_describe(L, index));
  return session;
}

struct session *client_check(lua_State *L, int index) {
  struct session *session = client_session(L, index);
  if (session->engine == NULL) usage_error_raise(L, "this client is closed");
  return session;
}

/*
** Pushes a client that is set up by the options at index 1, with the loop at index 2 (nil for
** none), the cassette at index 3 (nil for none, or that of the parent), and from the `parent` that
** is at index 4 (NULL for none). [-0, +1, e]
*/
static void push_client(lua_State *L, const struct session *parent) {
  struct session *session = compat_newuserdata(L, sizeof *session, CLIENT_TYPE);
  int client = lua_gettop(L), keep = client + 1;
  lua_newtable(L);
  if (parent != NULL) {
    lua_getiuservalue(L, 4, 1);
    for (lua_pushnil(L); lua_next(L, keep + 1);) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_rawset(L, keep);
    }
    lua_pop(L, 1);
  }
  session->has_loop = lua_toboolean(L, 2);
  lua_pushvalue(L, 2);
  lua_setfield(L, keep, "loop");
  session->cassette = cassette_hold(cassette_test(L, 3));
  lua_pushvalue(L, 3);
  if (session->cassette == NULL) lua_pushnil(L);
  lua_setfield(L, keep, "cassette");
  lua_settop(L, keep);
  client_options_read(L, session, 1, keep, parent);
  session_share(session, shared_engine_push(L));
  lua_setfield(L, keep, "engine");
  lua_setiuservalue(L, client, 1);
}

/*
** core.client(options, loop, cassette): returns a client. API.md describes the options. Raises a
** usage error that names a wrong option. Stack: options (a table or nil), loop (nil: the client
** blocks), cassette (nil for none).
*/
static int f_client(lua_State *L) {
  lua_settop(L, 3);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  if (!lua_istable(L, 1))
    return usage_error_raise(L, "harnest.new: expected a table of options, got %s",
                             luaL_typename(L, 1));
  client_options_check(L, 1);
  push_client(L, NULL);
  return 1;
}

/* Replaces the argument at `index` by the setting of the client at index 4. [-0, +0, m] */
static void inherit(lua_State *L, int index, const char *setting) {
  lua_getiuservalue(L, 4, 1);
  lua_getfield(L, -1, setting);
  lua_replace(L, index);
  lua_pop(L, 1);
}

/*
** core.derive(options, loop, cassette, client): returns a client like `client` but for the options.
** Stack: options (a table), loop (nil: as the client; false: the client blocks), cassette (nil: as
** the client; false: none), client.
*/
static int f_derive(lua_State *L) {
  lua_settop(L, 4);
  struct session *parent = client_check(L, 4);
  request_adopt(parent); /* after a fork its counts are those of the parent process */
  if (!lua_istable(L, 1))
    return usage_error_raise(L, "with: expected a table of options, got %s", luaL_typename(L, 1));
  client_options_check(L, 1);
  if (lua_isnil(L, 2)) {
    inherit(L, 2, "loop");
  } else if (!lua_toboolean(L, 2)) {
    lua_pushnil(L);
    lua_replace(L, 2);
  }
  if (lua_isnil(L, 3)) inherit(L, 3, "cassette");
  push_client(L, parent);
  return 1;
}

/* client:close(): cancels all calls and frees the session. Idempotent. Stack: client. */
static int m_close(lua_State *L) {
  lua_settop(L, 1);
  struct session *session = client_session(L, 1);
  request_cancel_all(session);
  session_free(session);
  return 0;
}

/* __tostring: returns the base URL, never the token. Stack: client. */
static int m_tostring(lua_State *L) {
  lua_settop(L, 1);
  struct session *session = client_session(L, 1);
  lua_pushfstring(L, CLIENT_TYPE ": %s%s", session->base != NULL ? session->base : "?",
                  session->engine == NULL ? " (closed)" : "");
  return 1;
}

static void set_count(lua_State *L, const char *name, uint64_t count) {
  compat_pushinteger(L, (int64_t)count);
  lua_setfield(L, -2, name);
}

/*
** client:stats(): returns a table of totals since the client was created: requests, retries,
** connections (opened), bytes_in, bytes_out, cached (responses) and waited (seconds). Stack:
** client.
*/
static int m_stats(lua_State *L) {
  lua_settop(L, 1);
  struct session *session = client_session(L, 1);
  lua_createtable(L, 0, 7);
  set_count(L, "requests", session->counts.requests);
  set_count(L, "retries", session->counts.retries);
  set_count(L, "connections", session->counts.connections);
  set_count(L, "bytes_in", session->counts.bytes_in);
  set_count(L, "bytes_out", session->counts.bytes_out);
  set_count(L, "cached", session->counts.cached);
  lua_pushnumber(L, session->counts.waited);
  lua_setfield(L, -2, "waited");
  return 1;
}

static struct engine *check_engine(lua_State *L, int index) {
  struct session *session = client_check(L, index);
  request_adopt(session);
  struct engine *engine = session_engine(session);
  if (engine == NULL) luaL_error(L, "not enough memory");
  return engine;
}

/*
** client:pollfd(): starts the worker thread and returns the descriptor to poll for reading. Stack:
** client.
*/
static int m_pollfd(lua_State *L) {
  lua_settop(L, 1);
  system_socket descriptor = engine_descriptor(check_engine(L, 1));
  if (descriptor == SYSTEM_NO_SOCKET)
    return luaL_error(L, "no descriptor to poll: the system gives none");
  lua_pushinteger(L, (lua_Integer)descriptor);
  return 1;
}

/* client:events(): returns the event to poll that descriptor for, always "r". Stack: client. */
static int m_events(lua_State *L) {
  lua_settop(L, 1);
  client_check(L, 1);
  lua_pushliteral(L, "r");
  return 1;
}

/*
** client:timeout(): returns 0 if a step is due now, else nil: then one is due when the descriptor
** is readable. Stack: client.
*/
static int m_timeout(lua_State *L) {
  lua_settop(L, 1);
  if (!engine_step_is_due(check_engine(L, 1))) return 0;
  lua_pushinteger(L, 0);
  return 1;
}

/*
** core.step(client, seconds): waits at most `seconds` and processes what is ready. Does nothing if
** the client is closed: a finalizer may close it at any time. Stack: client, seconds (a number).
*/
static int f_step(lua_State *L) {
  lua_settop(L, 2);
  struct session *session = client_session(L, 1);
  double seconds = luaL_checknumber(L, 2), start = clock_now();
  if (session->engine == NULL) return 0;
  request_step(check_engine(L, 1), seconds);
  if (seconds > 0) session->counts.waited += clock_now() - start;
  return 0;
}

/*
** core.send_due(client): sends the requests that are due, without a look at the sockets. Does
** nothing if the client is closed. Stack: client.
*/
static int f_send_due(lua_State *L) {
  lua_settop(L, 1);
  if (client_session(L, 1)->engine != NULL) request_send_due(check_engine(L, 1));
  return 0;
}

/*
** core.pending_count(client): returns the number of the client's pending calls; 0 if it is closed.
** Stack: client.
*/
static int f_pending_count(lua_State *L) {
  lua_settop(L, 1);
  const struct session *session = client_session(L, 1);
  lua_pushinteger(L, (lua_Integer)session->pending_count);
  return 1;
}

/*
** core.settings(client): returns the client's own table: base, cassette, trace, debug (see
** client_options.h), token or authorization (if it is a function), operations, loop. Stack: client.
*/
static int f_settings(lua_State *L) {
  lua_settop(L, 1);
  client_session(L, 1);
  lua_getiuservalue(L, 1, 1);
  return 1;
}

/*
** core.deadline(client): returns the option `deadline` in seconds, or nil if there is none. Stack:
** client.
*/
static int f_deadline(lua_State *L) {
  lua_settop(L, 1);
  double deadline = client_check(L, 1)->deadline;
  if (deadline >= CLOCK_NEVER) return 0;
  lua_pushnumber(L, deadline);
  return 1;
}

/*
** core.needs_lua(client): returns whether the client needs Lua to get a token or to pass on trace
** events. Stack: client.
*/
static int f_needs_lua(lua_State *L) {
  lua_settop(L, 1);
  lua_pushboolean(L, session_needs_lua(client_session(L, 1)));
  return 1;
}

/*
** core.is_busy(client): returns whether the shared engine has pending transfers; false if the
** client is closed. Stack: client.
*/
static int f_is_busy(lua_State *L) {
  lua_settop(L, 1);
  struct session *session = client_session(L, 1);
  struct engine *engine = session->engine != NULL ? session->engine->engine : NULL;
  lua_pushboolean(L, engine != NULL && engine_is_busy(engine));
  return 1;
}

/* core.is_open(client): returns whether the client is not closed. Stack: client. */
static int f_is_open(lua_State *L) {
  lua_settop(L, 1);
  lua_pushboolean(L, client_session(L, 1)->engine != NULL);
  return 1;
}

/* core.now(): returns the seconds of a monotonic clock. */
static int f_now(lua_State *L) {
  lua_settop(L, 0);
  lua_pushnumber(L, clock_now());
  return 1;
}

/*
** core.check_client(value): raises a usage error unless the value is a client, open or closed.
** Stack: value.
*/
static int f_check_client(lua_State *L) {
  lua_settop(L, 1);
  client_session(L, 1);
  return 0;
}

/* core.dialect(client): returns "harnest" or "jsonapi". Stack: client. */
static int f_dialect(lua_State *L) {
  lua_settop(L, 1);
  lua_pushstring(L, client_check(L, 1)->dialect == DIALECT_HARNEST ? "harnest" : "jsonapi");
  return 1;
}

/*
** core.wants_token(client): returns whether the token function must be called; false if the client
** is closed. Stack: client.
*/
static int f_wants_token(lua_State *L) {
  lua_settop(L, 1);
  lua_pushboolean(L, session_wants_token(client_session(L, 1)));
  return 1;
}

/*
** Returns why there is no token, and pushes text that it formats for that: the type of a value that
** is no string, or the function's own reason; NULL if it gave none. Stack: client, token, reason.
** [-0, +(0|1), m]
*/
static const char *push_token_reason(lua_State *L) {
  if (lua_isnil(L, 2))
    return lua_type(L, 3) == LUA_TSTRING && lua_rawlen(L, 3) > 0 ? lua_tostring(L, 3) : NULL;
  return lua_pushfstring(L, "the %s function returned a %s, not a string",
                         credentials_option(client_session(L, 1)->credentials),
                         luaL_typename(L, 2));
}

/*
** core.set_token(client, token, reason): sets the result of the token function. If it is not a
** valid string, the calls that wait for it fail with `reason`. Stack: client, token (a string or
** nil), reason (a string or nil).
*/
static int f_set_token(lua_State *L) {
  lua_settop(L, 3);
  struct session *session = client_session(L, 1);
  size_t length = 0;
  if (session->engine == NULL)
    return 0; /* the token function closed the client: its calls are cancelled */
  const char *token = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : NULL;
  const char *reason = token == NULL ? push_token_reason(L) : NULL;
  struct credentials *credentials = session->credentials;
  if (credentials == NULL) return 0; /* a finalizer closed it */
  if (!credentials_set(credentials, token, length, reason)) {
    bool lacks_memory = errno == ENOMEM;
    credentials_set(
        credentials, NULL, 0,
        credentials->takes_authorization
            ? "the authorization function returned text that is not \"Scheme credentials\""
            : "the token function returned a token with characters that a header must not contain");
    if (lacks_memory) credentials->lacks_memory = true;
  }
  request_resume_after_token(session);
  return 0;
}

static const luaL_Reg methods[] = {
    {"close", m_close},   {"stats", m_stats},     {"pollfd", m_pollfd},
    {"events", m_events}, {"timeout", m_timeout}, {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", m_close},
    {"__tostring", m_tostring},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"client", f_client},
    {"derive", f_derive},
    {"check_client", f_check_client},
    {"step", f_step},
    {"send_due", f_send_due},
    {"settings", f_settings},
    {"dialect", f_dialect},
    {"deadline", f_deadline},
    {"now", f_now},
    {"pending_count", f_pending_count},
    {"needs_lua", f_needs_lua},
    {"is_busy", f_is_busy},
    {"is_open", f_is_open},
    {"wants_token", f_wants_token},
    {"set_token", f_set_token},
    {NULL, NULL},
};

void client_open(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  metatable_push(L, CLIENT_TYPE, metamethods);
  metatable_push_methods(L, methods);
  lua_setfield(L, -3, "methods");
  lua_setfield(L, -2, "client_metatable");
}
