/*
** client_options.c: checks the options of harnest.new, and sets up a session from them.
*/
#include "lua/client/client_options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/version.h"
#include "http/header_list.h"
#include "http/proxy.h"
#include "http/url.h"
#include "lua/client/base_url_options.h"
#include "lua/client/cache_options.h"
#include "lua/client/media_type.h"
#include "lua/client/request_headers.h"
#include "lua/client/tls_options.h"
#include "lua/client/token_options.h"
#include "lua/client/trace_options.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define CLIENT_LARGEST_RATE 100000 /* requests in the limiter's memory */
#define CLIENT_MAX_CONNECTIONS 8
#define CLIENT_MAX_PAGES 1000000
#define CLIENT_MAX_RESPONSE (INT64_C(64) << 20)

static const char *const dialects[] = {"harnest", "jsonapi", NULL};
static const char *const cassette_modes[] = {"once", "replay", "record", "check", NULL};

static const struct option known[] = {
    {.name = "company", .type = OPTION_TEXT},
    {.name = "url", .type = OPTION_TEXT},
    {.name = "token", .type = OPTION_ANY},
    {.name = "authorization", .type = OPTION_ANY},
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
    {.name = "proxy", .type = OPTION_TEXT_OR_FALSE},
    {.name = "ca_file", .type = OPTION_TEXT},
    {.name = "ca_path", .type = OPTION_TEXT},
    {.name = "client_cert", .type = OPTION_TEXT},
    {.name = "client_key", .type = OPTION_TEXT},
    {.name = "client_key_password", .type = OPTION_TEXT},
    {.name = "revocation", .type = OPTION_CHOICE, .choices = tls_options_revocations},
    {.name = "insecure", .type = OPTION_BOOLEAN},
    {.name = "ignore_link_origin", .type = OPTION_BOOLEAN},
    {.name = "cache", .type = OPTION_CACHE},
    {.name = "user_agent", .type = OPTION_TEXT},
    {.name = "trace", .type = OPTION_FUNCTION},
    {.name = "trace_detail", .type = OPTION_CHOICE, .choices = trace_options_details},
    {.name = "debug", .type = OPTION_ANY},
    {.name = "operations", .type = OPTION_TEXT},
    {.name = "rate", .type = OPTION_TABLE},
    {.name = "dry_run", .type = OPTION_BOOLEAN},
    {.name = "cassette", .type = OPTION_ANY},
    {.name = "cassette_mode", .type = OPTION_CHOICE, .choices = cassette_modes},
    {.name = "loop", .type = OPTION_ANY},
    {.name = NULL},
};

/* Options that the client's table keeps unchanged. */
static const char *const kept[] = {"proxy",      "ca_file", "ca_path",      "client_cert",
                                   "client_key", "trace",   "trace_detail", "operations"};

void client_options_check(lua_State *L, int options) {
  options_check(L, options, "option ", known);
}

static bool is_under(const char *host, const char *domain) {
  size_t length = strlen(host), suffix = strlen(domain);
  if (length < suffix || strcmp(host + length - suffix, domain) != 0) return false;
  return length == suffix || host[length - suffix - 1] == '.';
}

/*
** Returns whether this Lua runs in nginx, whose module adds the library `ngx`. nginx removes all
** variables from the environment but those that its configuration names. [-0, +0, m]
*/
static bool is_in_nginx(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "_LOADED");
  lua_getfield(L, -1, "ngx");
  bool found = lua_istable(L, -1);
  lua_pop(L, 2);
  return found;
}

/* Sets the dialect: that of the option, else by the host if `by_host`. */
static void set_dialect(lua_State *L, struct session *session, int options, bool by_host) {
  const char *dialect = options_string(L, options, "dialect", NULL);
  bool harnest;
  if (dialect == NULL && !by_host) return;
  if (dialect != NULL) {
    harnest = strcmp(dialect, "harnest") == 0;
  } else {
    char *host = url_host(session->base);
    if (host == NULL) luaL_error(L, "not enough memory"); /* the URL was checked before */
    harnest = host != NULL && is_under(host, "harnest.io");
    free(host);
  }
  session->dialect = harnest ? DIALECT_HARNEST : DIALECT_JSONAPI;
}

/*
** Pushes the URIs of the option as one string, separated by spaces (JSON:API 1.1, 5.1), and returns
** true; pushes nothing and returns false if there are none. [-0, +(0|1), e]
*/
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
  if (strpbrk(uris, "\"\\") != NULL)
    options_refuse(L, name, "expected URIs, got a quotation mark or backslash");
  if (*uris == '\0') lua_pop(L, 1);
  return *uris != '\0';
}

/* Sets the media types of requests. Keeps the URIs for calls that apply one more extension. */
static void set_media(lua_State *L, struct session *session, int options, int keep) {
  if (session->accept != NULL && !options_has(L, options, "ext") &&
      !options_has(L, options, "profile"))
    return;
  if (push_uris(L, options, "ext")) session->ext = options_keep(L, keep, "ext");
  if (push_uris(L, options, "profile")) session->profile = options_keep(L, keep, "profile");
  media_type_push_accept(L, session->ext, session->profile);
  session->accept = options_keep(L, keep, "accept");
  media_type_push_content_type(L, session->ext);
  session->content_type = options_keep(L, keep, "content_type");
}

/* Adds the headers of the option, in place of inherited ones with the same names. */
static void set_headers(lua_State *L, struct session *session, int options) {
  if (!options_push(L, options, "headers")) return;
  int headers = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, headers); lua_pop(L, 1))
    header_list_remove(&session->headers, lua_tostring(L, -2));
  request_headers_append(L, headers, "option headers", &session->headers);
  lua_pop(L, 1);
}

static int bounded(int64_t whole) {
  return whole > INT_MAX ? INT_MAX : (int)whole;
}

/* Sets what the options change when there is no client to derive from. */
static void set_defaults(struct session *session) {
  session->transfer.timeout = 30;
  session->transfer.curl.connect_timeout = 10;
  session->transfer.max_response = (size_t)CLIENT_MAX_RESPONSE;
  session->deadline = CLOCK_NEVER;
  session->max_retry_wait = 60;
  session->prefetch = 1;
  session->max_pages = CLIENT_MAX_PAGES;
  session->retries = 3;
}

/*
** Copies `parent` but for its requests, counts and events, with references to what they share.
** Returns false on out of memory.
*/
static bool inherit(struct session *session, const struct session *parent) {
  bool has_loop = session->has_loop;
  struct cassette *cassette = session->cassette;
  *session = *parent;
  session->has_loop = has_loop;
  session->cassette = cassette;
  session->engine = NULL;
  session->forked = false;
  session->headers = NULL;
  session->client_key_password = (struct buffer){.bytes = NULL};
  session->spare_body = (struct buffer){.bytes = NULL};
  session->transfer.curl.client_key_password = NULL;
  session->own_limit.running = 0;
  session->sent = (struct request_queue){.first = NULL};
  session->store = (struct session_store){.published = NULL};
  session->pending_count = 0;
  session->counts = (struct session_counts){.requests = 0};
  session->trace = (struct trace){.on = false};
  session->random = 0;
  pace_hold(session->pace);
  credentials_hold(session->credentials);
  cache_hold(session->cache);
  const char *password = parent->transfer.curl.client_key_password;
  return header_list_add_all(&session->headers, parent->headers) &&
         (password == NULL || session_set_key_password(session, password));
}

/* Gives up what the server of `url` alone may get, and what limits requests to it. */
static void leave_server(struct session *session) {
  pace_release(session->pace);
  session->pace = NULL;
  credentials_release(session->credentials);
  session->credentials = NULL;
  header_list_wipe(session->headers);
  session->headers = NULL;
  session->transfer.curl.insecure = false;
}

static void set_limits(lua_State *L, struct session *session, int options) {
  struct transfer_settings *transfer = &session->transfer;
  double *connect_timeout = &transfer->curl.connect_timeout;
  transfer->timeout = options_seconds(L, options, "timeout", transfer->timeout);
  *connect_timeout = options_seconds(L, options, "connect_timeout", *connect_timeout);
  transfer->max_response =
      (size_t)options_whole(L, options, "max_response", (int64_t)transfer->max_response);
  session->deadline = options_seconds(L, options, "deadline", session->deadline);
  session->max_retry_wait = options_seconds(L, options, "max_retry_wait", session->max_retry_wait);
  session->prefetch = bounded(options_whole(L, options, "prefetch", session->prefetch));
  session->max_pages = options_whole(L, options, "max_pages", session->max_pages);
  session->retries = bounded(options_whole(L, options, "retries", session->retries));
}

/* Reads rate = {requests = n, per = seconds}. */
static void set_rate(lua_State *L, struct pace *pace, int options) {
  static const struct option rate[] = {
      {.name = "requests", .type = OPTION_POSITIVE, .most = CLIENT_LARGEST_RATE},
      {.name = "per", .type = OPTION_SECONDS},
      {.name = NULL}};
  if (!options_push(L, options, "rate")) return;
  options_check(L, -1, "option rate.", rate);
  int64_t requests = options_whole(L, -1, "requests", 0);
  double seconds = options_seconds(L, -1, "per", 0);
  if (requests == 0 || seconds == 0)
    usage_error_raise(L, "option rate: expected {requests = n, per = seconds}, got one without %s",
                      requests != 0  ? "per"
                      : seconds != 0 ? "requests"
                                     : "both");
  if (!rate_limiter_set(&pace->rate_limiter, (size_t)requests, seconds))
    luaL_error(L, "not enough memory");
  lua_pop(L, 1);
}

/*
** Sets the pace, unless it is inherited: then max_connections is a limit beside it, and with the
** option rate it is a new one.
*/
static void set_pace(lua_State *L, struct session *session, int options) {
  int most = bounded(options_whole(L, options, "max_connections", 0));
  if (session->pace != NULL && !options_has(L, options, "rate")) {
    if (most > 0) session->own_limit.maximum = (unsigned)most;
    return;
  }
  if (most == 0)
    most = session->pace != NULL ? (int)session_limit(session)->maximum : CLIENT_MAX_CONNECTIONS;
  pace_release(session->pace);
  session->own_limit.maximum = 0;
  session->pace = pace_new((unsigned)most);
  if (session->pace == NULL) luaL_error(L, "not enough memory");
  set_rate(L, session->pace, options);
}

/*
** Returns the proxy: an URL, "" for none, or NULL for that of the environment. A proxy from the
** environment is not used for a loopback host, to which the token may go over plain HTTP. `keep`
** has the option. [-0, +0, e]
*/
static const char *read_proxy(lua_State *L, const struct session *session, int keep) {
  const char *proxy = options_string(L, keep, "proxy", NULL);
  const char *problem = proxy != NULL ? proxy_problem(proxy) : NULL;
  if (proxy != NULL && problem == NULL && errno == ENOMEM) luaL_error(L, "not enough memory");
  if (problem != NULL)
    usage_error_raise(L,
                      "option proxy: expected the URL of a proxy, such as "
                      "http://proxy.example:3128, got one that %s",
                      problem);
  if (proxy != NULL || !options_boolean(L, keep, "proxy", true)) return proxy ? proxy : "";
  return session->base_is_loopback ? "" : NULL;
}

/* Sets the User-Agent, unless it is inherited. */
static void set_user_agent(lua_State *L, struct curl_settings *curl, int options, int keep) {
  const char *agent = options_string(L, options, "user_agent", NULL);
  if (agent == NULL && curl->user_agent != NULL) return;
  if (agent != NULL)
    lua_pushfstring(L, "%s harnest/" HARNEST_VERSION, agent);
  else
    lua_pushliteral(L, "harnest/" HARNEST_VERSION);
  curl->user_agent = options_keep(L, keep, "user_agent");
}

/* Sets what neither depends on the server nor limits requests. */
static void set_switches(lua_State *L, struct session *session, int options) {
  session->dry_run = options_boolean(L, options, "dry_run", session->dry_run);
  session->ignore_link_origin =
      options_boolean(L, options, "ignore_link_origin", session->ignore_link_origin);
}

void client_options_read(lua_State *L, struct session *session, int options, int keep,
                         const struct session *parent) {
  bool is_derived = parent != NULL;
  if (!is_derived)
    set_defaults(session);
  else if (parent->engine == NULL)
    usage_error_raise(L, "this client is closed"); /* by a finalizer, meanwhile */
  else if (!inherit(session, parent))
    luaL_error(L, "not enough memory");
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (options_push(L, options, kept[i])) lua_setfield(L, keep, kept[i]);
  if (!is_derived) session->in_nginx = is_in_nginx(L);
  set_switches(L, session, options);
  base_url_options_read(L, session, options, keep);
  if (session->cassette != NULL && !cassette_set_base_url(session->cassette, session->base))
    luaL_error(L, "not enough memory");
  bool is_elsewhere = is_derived && base_url_options_left(L, session, parent->base);
  if (is_elsewhere) {
    token_options_check_moved(L, session, options);
    leave_server(session);
  }
  set_dialect(L, session, options, !is_derived || is_elsewhere);
  set_limits(L, session, options);
  set_pace(L, session, options);
  session->transfer.curl.proxy = read_proxy(L, session, keep);
  tls_options_read(L, session, options, keep);
  set_user_agent(L, &session->transfer.curl, options, keep);
  set_media(L, session, options, keep);
  set_headers(L, session, options);
  token_options_read(L, session, options, keep, is_derived);
  cache_options_read(L, session, options, keep);
  trace_options_read(L, session, options, keep, is_derived);
}
