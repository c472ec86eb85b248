/*
** client.c: the client userdata.
**
** Its own table (the uservalue) keeps alive what the session points to: the strings of the options, under their names,
** the engine's box, and the functions `trace` and `token` for the Lua side. The token itself is only in the session.
*/
#include "client.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "clock.h"
#include "compat.h"
#include "core.h"
#include "fields.h"
#include "media.h"
#include "mistake.h"
#include "options.h"
#include "request.h"
#include "url.h"
#include "value.h"

#define CLIENT_TYPE "harnest.client"
#define CLIENT_ENGINE "harnest.engine"
#define CLIENT_LARGEST_RATE 100000
#define CLIENT_MAX_PAGES 1000000
#define CLIENT_MAX_RESPONSE (INT64_C(64) << 20)
#define CLIENT_CACHE (INT64_C(16) << 20)

static const char *const dialects[] = {"harnest", "jsonapi", NULL};

static const struct option known[] = {
    {.name = "company", .type = OPTION_TEXT},
    {.name = "url", .type = OPTION_TEXT},
    {.name = "token", .type = OPTION_ANY},
    {.name = "dialect", .type = OPTION_CHOICE, .choices = dialects},
    {.name = "ext", .type = OPTION_TEXTS},
    {.name = "profile", .type = OPTION_TEXTS},
    {.name = "headers", .type = OPTION_HEADERS},
    {.name = "timeout", .type = OPTION_SECONDS},
    {.name = "connect_timeout", .type = OPTION_SECONDS},
    {.name = "deadline", .type = OPTION_SECONDS},
    {.name = "retries", .type = OPTION_COUNT},
    {.name = "max_retry_wait", .type = OPTION_SECONDS},
    {.name = "max_response", .type = OPTION_BYTES},
    {.name = "prefetch", .type = OPTION_COUNT},
    {.name = "max_pages", .type = OPTION_POSITIVE},
    {.name = "max_connections", .type = OPTION_POSITIVE},
    {.name = "proxy", .type = OPTION_TEXT},
    {.name = "ca_file", .type = OPTION_TEXT},
    {.name = "ca_path", .type = OPTION_TEXT},
    {.name = "client_cert", .type = OPTION_TEXT},
    {.name = "client_key", .type = OPTION_TEXT},
    {.name = "insecure", .type = OPTION_BOOLEAN},
    {.name = "cache", .type = OPTION_BOOLEAN_OR_BYTES},
    {.name = "user_agent", .type = OPTION_TEXT},
    {.name = "trace", .type = OPTION_FUNCTION},
    {.name = "operations", .type = OPTION_TEXT},
    {.name = "rate", .type = OPTION_TABLE},
    {.name = "loop", .type = OPTION_ANY},
    {.name = NULL},
};

/* Options whose values the client's own table keeps. */
static const char *const kept[] = {"proxy", "ca_file", "ca_path", "client_cert", "client_key", "trace", "operations"};

struct session *client_check(lua_State *L, int index) {
  struct session *session = compat_testudata(L, index, CLIENT_TYPE);
  if (session == NULL)
    mistake_raise(L, "expected a client, got %s; methods are called as api:name(...)", options_describe(L, index));
  if (session->engine == NULL) mistake_raise(L, "this client is closed");
  return session;
}

struct session *client_session(lua_State *L, int index) {
  return luaL_checkudata(L, index, CLIENT_TYPE);
}

/* __gc of the engine's box. Stack: box. */
static int m_engine_gc(lua_State *L) {
  struct session_engine *box = luaL_checkudata(L, 1, CLIENT_ENGINE);
  engine_release(box->engine);
  box->engine = NULL;
  return 0;
}

/* Pushes the box of the one engine of this Lua state, made when first wanted. [-0, +1, m] */
static struct session_engine *push_engine_box(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "harnest.engine.shared");
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    compat_newuserdata(L, sizeof(struct session_engine), CLIENT_ENGINE);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, "harnest.engine.shared");
  }
  return lua_touserdata(L, -1);
}

/* Raises `option name: ...`. */
static int bad_option(lua_State *L, const char *name, const char *problem) {
  return mistake_raise(L, "option %s: %s", name, problem);
}

/* Keeps the string on top in the client's table (at `keep`) as `name`, and returns it. [-1, +0, m] */
static const char *keep_string(lua_State *L, int keep, const char *name) {
  const char *text = lua_tostring(L, -1);
  lua_setfield(L, keep, name);
  return text;
}

static bool is_under(const char *host, const char *domain) {
  size_t length = strlen(host), suffix = strlen(domain);
  if (length < suffix || strcmp(host + length - suffix, domain) != 0) return false;
  return length == suffix || host[length - suffix - 1] == '.';
}

/* A variable of the environment; an empty one counts as none. */
static const char *environment(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

/* A company's name becomes a part of a host name. */
static void check_company(lua_State *L, const char *company) {
  size_t length = strlen(company);
  bool fine = length > 0 && length <= 63 && company[0] != '-' && company[length - 1] != '-';
  for (size_t i = 0; i < length; i++) fine = fine && (isalnum((unsigned char)company[i]) || company[i] == '-');
  if (!fine) bad_option(L, "company", "expected the name in https://NAME.harnest.io (letters, digits, -)");
}

/* Pushes the base URL that the options at `options` or the environment give. [-0, +1, e] */
static void push_base(lua_State *L, int options) {
  const char *company = options_string(L, options, "company", NULL), *url = options_string(L, options, "url", NULL);
  if (company != NULL && url != NULL) bad_option(L, "url", "expected either company or url, got both");
  if (company == NULL && url == NULL) url = environment("HARNEST_URL");
  if (company == NULL && url == NULL) company = environment("HARNEST_COMPANY");
  if (url != NULL) {
    lua_pushstring(L, url);
  } else if (company != NULL) {
    check_company(L, company);
    lua_pushfstring(L, "https://%s.api.harnest.io/v1/api", company);
  } else {
    bad_option(L, "url", "expected url or company (or HARNEST_URL or HARNEST_COMPANY in the environment), got neither");
  }
}

static void set_base(lua_State *L, struct session *session, int options, int keep) {
  push_base(L, options);
  size_t length;
  const char *reason, *url = lua_tolstring(L, -1, &length);
  bool valid = url_valid(url, &reason);
  if (!valid && errno == ENOMEM) luaL_error(L, "not enough memory");
  if (!valid) mistake_raise(L, "option url: expected an http or https URL, got one that %s", reason);
  if (strpbrk(url, "?#") != NULL) bad_option(L, "url", "expected a base URL without a query or fragment");
  while (length > 0 && url[length - 1] == '/') length--;
  lua_pushlstring(L, url, length);
  session->base = keep_string(L, keep, "base");
  lua_pop(L, 1);
}

static void set_dialect(lua_State *L, struct session *session, int options) {
  const char *dialect = options_string(L, options, "dialect", NULL);
  bool harnest;
  if (dialect != NULL) {
    harnest = strcmp(dialect, "harnest") == 0;
  } else {
    char *host = url_host(session->base);
    if (host == NULL) luaL_error(L, "not enough memory"); /* that it is a URL is known */
    harnest = host != NULL && is_under(host, "harnest.io");
    free(host);
  }
  session->dialect = harnest ? QUERY_HARNEST : QUERY_JSONAPI;
}

static void set_token(lua_State *L, struct session *session, int options, int keep) {
  const char *token = NULL;
  size_t length = 0;
  if (!options_push(L, options, "token")) {
    token = environment("HARNEST_TOKEN");
    length = token != NULL ? strlen(token) : 0;
    lua_pushnil(L);
  } else if (lua_isboolean(L, -1) && !lua_toboolean(L, -1)) {
    token = NULL; /* not even the environment's */
  } else if (lua_isfunction(L, -1)) {
    session->token_source = SESSION_TOKEN_FUNCTION;
    session->token_wanted = true;
    lua_pushvalue(L, -1);
    lua_setfield(L, keep, "token");
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    token = lua_tolstring(L, -1, &length);
  } else {
    mistake_raise(L, "option token: expected a string or a function, got %s", options_describe(L, -1));
  }
  if (token != NULL) {
    session->token_source = SESSION_TOKEN_FIXED;
    bool taken = session_set_token(session, token, length, NULL);
    if (!taken && errno == ENOMEM) luaL_error(L, "not enough memory");
    if (!taken) bad_option(L, "token", "expected visible ASCII characters only, got others (a line break at its end?)");
  }
  lua_pop(L, 1);
}

/* Pushes the URIs of the option as one text, split by spaces (JSON:API 1.1, 5.1); false without any. [-0, +(0|1), e] */
static bool push_uris(lua_State *L, int options, const char *name) {
  if (!options_push(L, options, name)) return false;
  if (lua_istable(L, -1)) {
    int count = (int)lua_rawlen(L, -1), table = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
      if (i > 1) lua_pushliteral(L, " ");
      lua_rawgeti(L, table, i);
    }
    lua_concat(L, count == 0 ? 0 : 2 * count - 1);
    lua_remove(L, table);
  }
  const char *uris = lua_tostring(L, -1);
  if (strpbrk(uris, "\"\\") != NULL) bad_option(L, name, "expected URIs, got a quotation mark or backslash");
  if (*uris == '\0') lua_pop(L, 1);
  return *uris != '\0';
}

/* What is sent and accepted; the URIs stay at hand for calls that apply one extension more. */
static void set_media(lua_State *L, struct session *session, int options, int keep) {
  if (push_uris(L, options, "ext")) session->ext = keep_string(L, keep, "ext");
  if (push_uris(L, options, "profile")) session->profile = keep_string(L, keep, "profile");
  media_push_accept(L, session->ext, session->profile);
  session->accept = keep_string(L, keep, "accept");
  media_push_content_type(L, session->ext);
  session->content_type = keep_string(L, keep, "content_type");
}

static void set_headers(lua_State *L, struct session *session, int options) {
  if (!options_push(L, options, "headers")) return;
  fields_append(L, lua_gettop(L), "option headers", &session->headers);
  lua_pop(L, 1);
}

static int bounded(int64_t whole) {
  return whole > INT_MAX ? INT_MAX : (int)whole;
}

static void set_limits(lua_State *L, struct session *session, int options) {
  struct transfer_settings *transfer = &session->transfer;
  transfer->timeout = options_seconds(L, options, "timeout", 30);
  transfer->connect_timeout = options_seconds(L, options, "connect_timeout", 10);
  transfer->max_response = (size_t)options_whole(L, options, "max_response", CLIENT_MAX_RESPONSE);
  session->deadline = options_seconds(L, options, "deadline", CLOCK_NEVER);
  session->max_retry_wait = options_seconds(L, options, "max_retry_wait", 60);
  session->prefetch = bounded(options_whole(L, options, "prefetch", 1));
  session->max_pages = options_whole(L, options, "max_pages", CLIENT_MAX_PAGES);
  session->retries = bounded(options_whole(L, options, "retries", 3));
  session->gate.maximum = (unsigned)bounded(options_whole(L, options, "max_connections", 8));
}

/* rate = {requests = n, per = seconds}. */
static void set_rate(lua_State *L, struct session *session, int options) {
  static const struct option rate[] = {
      {.name = "requests", .type = OPTION_POSITIVE}, {.name = "per", .type = OPTION_SECONDS}, {.name = NULL}};
  if (!options_push(L, options, "rate")) return;
  options_check(L, -1, "option rate.", rate);
  int64_t requests = options_whole(L, -1, "requests", 0);
  double seconds = options_seconds(L, -1, "per", 0);
  if (requests == 0 || seconds == 0)
    bad_option(L, "rate", "expected {requests = n, per = seconds}, got only one of them");
  if (requests > CLIENT_LARGEST_RATE)
    mistake_raise(L, "option rate.requests: expected at most %d, got more", CLIENT_LARGEST_RATE);
  if (!pace_set(&session->pace, (size_t)requests, seconds)) luaL_error(L, "not enough memory");
  lua_pop(L, 1);
}

static void set_transfer(lua_State *L, struct session *session, int options, int keep) {
  struct transfer_settings *transfer = &session->transfer;
  transfer->proxy = options_string(L, options, "proxy", NULL);
  transfer->ca_file = options_string(L, options, "ca_file", NULL);
  transfer->ca_path = options_string(L, options, "ca_path", NULL);
  transfer->client_cert = options_string(L, options, "client_cert", NULL);
  transfer->client_key = options_string(L, options, "client_key", NULL);
  transfer->insecure = options_boolean(L, options, "insecure", false);
  const char *agent = options_string(L, options, "user_agent", NULL);
  if (agent != NULL)
    lua_pushfstring(L, "%s harnest/" HARNEST_VERSION, agent);
  else
    lua_pushliteral(L, "harnest/" HARNEST_VERSION);
  transfer->user_agent = keep_string(L, keep, "user_agent");
}

static void set_cache(lua_State *L, struct session *session, int options) {
  bool wanted = options_boolean(L, options, "cache", false);
  int64_t size = options_whole(L, options, "cache", wanted ? CLIENT_CACHE : 0);
  if (size == 0) return;
  session->cache = cache_new((size_t)size);
  if (session->cache == NULL) luaL_error(L, "not enough memory");
}

/*
** core.client(options, loop): a client userdata. Options as in API.md; raises for a wrong one, naming it.
** Stack: options (a table, or nothing for none), the loop that it waits by (nil: it blocks).
*/
static int f_client(lua_State *L) {
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_newtable(L);
  }
  if (!lua_istable(L, 1))
    return mistake_raise(L, "harnest.new: expected a table of options, got %s", luaL_typename(L, 1));
  lua_settop(L, 2);
  options_check(L, 1, "option ", known);
  struct session *session = compat_newuserdata(L, sizeof *session, CLIENT_TYPE);
  lua_newtable(L);
  int keep = lua_gettop(L);
  session->driven = !lua_isnil(L, 2);
  lua_pushvalue(L, 2);
  lua_setfield(L, keep, "loop");
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (options_push(L, 1, kept[i])) lua_setfield(L, keep, kept[i]);
  set_base(L, session, 1, keep);
  set_dialect(L, session, 1);
  set_limits(L, session, 1);
  set_rate(L, session, 1);
  set_transfer(L, session, 1, keep);
  set_media(L, session, 1, keep);
  set_headers(L, session, 1);
  set_token(L, session, 1, keep);
  set_cache(L, session, 1);
  lua_getfield(L, keep, "trace");
  session->trace.on = !lua_isnil(L, -1);
  lua_pop(L, 1);
  session_share(session, push_engine_box(L));
  lua_setfield(L, keep, "engine");
  compat_setuservalue(L, 3);
  return 1;
}

/* client:close(): cancels what is under way and frees what is held; again is harmless. Stack: client. */
static int m_close(lua_State *L) {
  struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  request_cancel_all(session);
  session_free(session);
  return 0;
}

/* __tostring: the base URL, never the token. Stack: client. */
static int m_tostring(lua_State *L) {
  struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  lua_pushfstring(L, CLIENT_TYPE ": %s%s", session->base != NULL ? session->base : "?",
                  session->engine == NULL ? " (closed)" : "");
  return 1;
}

static void set_count(lua_State *L, const char *name, uint64_t count) {
  compat_pushinteger(L, (int64_t)count);
  lua_setfield(L, -2, name);
}

/*
** client:stats(): a table of counts since the client was made: requests, retries, connections (opened), bytes_in,
** bytes_out, cached, and waited, in seconds. Stack: client.
*/
static int m_stats(lua_State *L) {
  struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
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
  struct engine *engine = session_engine(client_check(L, index));
  if (engine == NULL) luaL_error(L, "not enough memory");
  return engine;
}

/* client:pollfd(): the descriptor to poll for reading while calls are under way. Stack: client. */
static int m_pollfd(lua_State *L) {
  int fd = engine_fd(check_engine(L, 1));
  if (fd < 0) return luaL_error(L, "no descriptor to poll: the system gives none");
  lua_pushinteger(L, fd);
  return 1;
}

/* client:events(): what to poll that descriptor for, always "r". Stack: client. */
static int m_events(lua_State *L) {
  client_check(L, 1);
  lua_pushliteral(L, "r");
  return 1;
}

/* client:timeout(): seconds until a step is due even if nothing is readable, nil for never. Stack: client. */
static int m_timeout(lua_State *L) {
  double timeout = engine_timeout(check_engine(L, 1));
  if (timeout >= CLOCK_NEVER) return 0;
  lua_pushnumber(L, timeout);
  return 1;
}

/* core.step(client, seconds): waits no longer than `seconds` and does what is ready. Stack: client, number. */
static int f_step(lua_State *L) {
  struct session *session = client_check(L, 1);
  double seconds = luaL_checknumber(L, 2), start = clock_now();
  request_step(check_engine(L, 1), seconds);
  if (seconds > 0) session->counts.waited += clock_now() - start;
  return 0;
}

/* core.under_way(client): how many of its calls are under way; none when it is closed. Stack: client. */
static int f_under_way(lua_State *L) {
  const struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  int count = 0;
  for (const struct request *request = session->requests; request != NULL; request = request->next) count++;
  lua_pushinteger(L, count);
  return 1;
}

/* core.settings(client): the client's own table: base, trace, token (a function), operations, loop. Stack: client. */
static int f_settings(lua_State *L) {
  luaL_checkudata(L, 1, CLIENT_TYPE);
  compat_getuservalue(L, 1);
  return 1;
}

/* core.deadline(client): the seconds that a call may take with all that it does; nil for any. Stack: client. */
static int f_deadline(lua_State *L) {
  double deadline = client_check(L, 1)->deadline;
  if (deadline >= CLOCK_NEVER) return 0;
  lua_pushnumber(L, deadline);
  return 1;
}

/* core.has_business(client): whether it wants something of Lua: a token, or to give out trace events. Stack: client. */
static int f_has_business(lua_State *L) {
  const struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  lua_pushboolean(L, session->token_wanted || trace_waits(&session->trace));
  return 1;
}

/* core.is_busy(client): whether the engine it shares has anything under way; not when it is closed. Stack: client. */
static int f_is_busy(lua_State *L) {
  struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  struct engine *engine = session->engine != NULL ? session->engine->engine : NULL;
  lua_pushboolean(L, engine != NULL && engine_is_busy(engine));
  return 1;
}

/* core.now(): seconds of a clock that only goes forward. */
static int f_now(lua_State *L) {
  lua_pushnumber(L, clock_now());
  return 1;
}

/* core.dialect(client): "harnest" or "jsonapi". Stack: client. */
static int f_dialect(lua_State *L) {
  lua_pushstring(L, client_check(L, 1)->dialect == QUERY_HARNEST ? "harnest" : "jsonapi");
  return 1;
}

/* core.wants_token(client): whether the token function must be asked; never of a closed client. Stack: client. */
static int f_wants_token(lua_State *L) {
  const struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  lua_pushboolean(L, session->token_wanted);
  return 1;
}

/*
** core.set_token(client, token, reason): what the token function returned. Anything but a clean string fails the calls
** that wait for it, for `reason`. Stack: client, token or nil, reason or nil.
*/
static int f_set_token(lua_State *L) {
  struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  size_t length = 0;
  if (session->engine == NULL) return 0; /* the token function closed the client: its calls are cancelled */
  const char *token = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : NULL;
  const char *reason = lua_type(L, 3) == LUA_TSTRING ? lua_tostring(L, 3) : NULL;
  if (!session_set_token(session, token, length, reason))
    session_set_token(session, NULL, 0,
                      errno == ENOMEM ? "not enough memory for the token"
                                      : "the token function returned a token with characters that no header may hold");
  request_unpark(session);
  return 0;
}

static void set_positive(lua_State *L, const char *name, double value) {
  if (value < 0) return;
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

/* core.take_event(client): the oldest trace event as a table, nil when there is none. Stack: client. */
static int f_take_event(lua_State *L) {
  struct session *session = luaL_checkudata(L, 1, CLIENT_TYPE);
  struct trace_event event;
  lua_createtable(L, 0, 8);
  if (!trace_waits(&session->trace)) return 0;
  lua_pushstring(L, trace_first(&session->trace)->url); /* may raise, so the queue has it still */
  trace_take(&session->trace, &event);
  free(event.url);
  lua_setfield(L, -2, "url");
  lua_pushstring(L, event.event);
  lua_setfield(L, -2, "event");
  lua_pushstring(L, event.method);
  lua_setfield(L, -2, "method");
  lua_pushinteger(L, event.attempt);
  lua_setfield(L, -2, "attempt");
  if (event.status > 0) lua_pushinteger(L, (lua_Integer)event.status);
  if (event.status > 0) lua_setfield(L, -2, "status");
  set_positive(L, "seconds", event.seconds);
  if (event.bytes >= 0) set_count(L, "bytes", (uint64_t)event.bytes);
  set_positive(L, "wait", event.wait);
  return 1;
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
    {"step", f_step},
    {"settings", f_settings},
    {"dialect", f_dialect},
    {"deadline", f_deadline},
    {"now", f_now},
    {"under_way", f_under_way},
    {"has_business", f_has_business},
    {"is_busy", f_is_busy},
    {"wants_token", f_wants_token},
    {"set_token", f_set_token},
    {"take_event", f_take_event},
    {NULL, NULL},
};

void client_open(lua_State *L) {
  luaL_newmetatable(L, CLIENT_ENGINE);
  lua_pushcfunction(L, m_engine_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  compat_setfuncs(L, functions);
  luaL_newmetatable(L, CLIENT_TYPE);
  compat_setfuncs(L, metamethods);
  lua_pushliteral(L, CLIENT_TYPE);
  lua_setfield(L, -2, "__name");
  lua_newtable(L);
  compat_setfuncs(L, methods);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__index");
  lua_setfield(L, -3, "methods");
  lua_setfield(L, -2, "client_metatable");
}
