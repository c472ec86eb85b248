/*
** client_options.c: checks the options of harnest.new, and sets up a session from them.
*/
#include "lua/client/client_options.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/version.h"
#include "http/proxy.h"
#include "http/url.h"
#include "lua/client/media_type.h"
#include "lua/client/request_headers.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define CLIENT_LARGEST_RATE 100000 /* requests in the limiter's memory */
#define CLIENT_MAX_PAGES 1000000
#define CLIENT_MAX_RESPONSE (INT64_C(64) << 20)
#define CLIENT_CACHE (INT64_C(16) << 20)

static const char *const dialects[] = {"harnest", "jsonapi", NULL};
static const char *const details[] = {"headers", "body", NULL};
static const char *const revocations[] = {"strict", "best effort", NULL};

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
    {.name = "revocation", .type = OPTION_CHOICE, .choices = revocations},
    {.name = "insecure", .type = OPTION_BOOLEAN},
    {.name = "ignore_link_origin", .type = OPTION_BOOLEAN},
    {.name = "cache", .type = OPTION_BOOLEAN_OR_BYTES},
    {.name = "user_agent", .type = OPTION_TEXT},
    {.name = "trace", .type = OPTION_FUNCTION},
    {.name = "trace_detail", .type = OPTION_CHOICE, .choices = details},
    {.name = "debug", .type = OPTION_ANY},
    {.name = "operations", .type = OPTION_TEXT},
    {.name = "rate", .type = OPTION_TABLE},
    {.name = "loop", .type = OPTION_ANY},
    {.name = NULL},
};

/* Options that the client's table keeps unchanged. */
static const char *const kept[] = {"proxy",      "ca_file", "ca_path",   "client_cert",
                                   "client_key", "trace",   "operations"};

void client_options_check(lua_State *L, int options) {
  options_check(L, options, "option ", known);
}

/* Raises the usage error `option NAME: PROBLEM`. [-0, +0, v] */
static int bad_option(lua_State *L, const char *name, const char *problem) {
  return usage_error_raise(L, "option %s: %s", name, problem);
}

/*
** Pops a string, stores it as `name` in the table at `keep`, which owns it, and returns it.
** [-1, +0, m]
*/
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

/* Returns an environment variable, or NULL if it is unset or empty. */
static const char *environment(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

/* Raises unless the company's name can be a label of a host name. */
static void check_company(lua_State *L, const char *company) {
  size_t length = strlen(company);
  bool fine = length > 0 && length <= 63 && company[0] != '-' && company[length - 1] != '-';
  for (size_t i = 0; i < length; i++)
    fine = fine && (isalnum((unsigned char)company[i]) || company[i] == '-');
  if (!fine)
    bad_option(L, "company",
               "expected the name in https://NAME.api.harnest.io (letters, digits, -)");
}

/*
** Pushes the base URL that the options at `options` or the environment give; raises if neither
** does. [-0, +1, e]
*/
static void push_base(lua_State *L, int options) {
  const char *company = options_string(L, options, "company", NULL),
             *url = options_string(L, options, "url", NULL);
  if (company != NULL && url != NULL)
    bad_option(L, "url", "expected either company or url, got both");
  if (company == NULL && url == NULL) {
    url = environment("HARNEST_URL");
    company = environment("HARNEST_COMPANY");
    if (company != NULL && url != NULL)
      bad_option(L, "url",
                 "expected either HARNEST_URL or HARNEST_COMPANY in the environment, got both; "
                 "unset HARNEST_URL to use the company, or HARNEST_COMPANY to use the URL");
  }
  if (url != NULL) {
    lua_pushstring(L, url);
  } else if (company != NULL) {
    check_company(L, company);
    lua_pushfstring(L, "https://%s.api.harnest.io/v1/api", company);
  } else {
    bad_option(L, "url",
               "expected url or company (or HARNEST_URL or HARNEST_COMPANY in the environment), "
               "got neither");
  }
}

static void set_base(lua_State *L, struct session *session, int options, int keep) {
  push_base(L, options);
  size_t length;
  const char *reason, *url = lua_tolstring(L, -1, &length);
  bool valid = url_valid(url, &reason);
  if (!valid && errno == ENOMEM) luaL_error(L, "not enough memory");
  if (!valid)
    usage_error_raise(L, "option url: expected an http or https URL, got one that %s", reason);
  if (strpbrk(url, "?#") != NULL)
    bad_option(L, "url", "expected a base URL without a query or fragment");
  while (length > 0 && url[length - 1] == '/') length--;
  lua_pushlstring(L, url, length);
  session->base = keep_string(L, keep, "base");
  errno = 0;
  session->base_is_loopback = url_is_loopback(session->base);
  if (!session->base_is_loopback && errno == ENOMEM) luaL_error(L, "not enough memory");
  session->ignore_link_origin = options_boolean(L, options, "ignore_link_origin", false);
  lua_pop(L, 1);
}

static void set_dialect(lua_State *L, struct session *session, int options) {
  const char *dialect = options_string(L, options, "dialect", NULL);
  bool harnest;
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
** Pushes the option `authorization` or `token`, or nil if neither is set. Returns its name.
** [-0, +1, e]
*/
static const char *push_token(lua_State *L, struct session *session, int options) {
  session->takes_authorization = options_push(L, options, "authorization");
  if (!options_push(L, options, "token")) {
    if (!session->takes_authorization) lua_pushnil(L);
  } else if (session->takes_authorization) {
    bad_option(L, "authorization", "expected either token or authorization, got both");
  }
  return session_token_name(session);
}

/* Reads the options `token` and `authorization`. */
static void set_token(lua_State *L, struct session *session, int options, int keep) {
  const char *token = NULL;
  size_t length = 0;
  const char *name = push_token(L, session, options);
  if (lua_isnil(L, -1)) {
    token = environment("HARNEST_TOKEN");
    length = token != NULL ? strlen(token) : 0;
  } else if (!session->takes_authorization && lua_isboolean(L, -1) && !lua_toboolean(L, -1)) {
    token = NULL; /* ignores HARNEST_TOKEN, too */
  } else if (lua_isfunction(L, -1)) {
    session->token_source = SESSION_TOKEN_FUNCTION;
    session->token_wanted = true;
    lua_pushvalue(L, -1);
    lua_setfield(L, keep, name);
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    token = lua_tolstring(L, -1, &length);
  } else {
    usage_error_raise(L, "option %s: expected a string or a function, got %s", name,
                      options_describe(L, -1));
  }
  if (token != NULL) {
    session->token_source = SESSION_TOKEN_FIXED;
    bool taken = session_set_token(session, token, length, NULL);
    if (!taken && errno == ENOMEM) luaL_error(L, "not enough memory");
    if (!taken)
      bad_option(L, name,
                 session->takes_authorization
                     ? "expected \"Scheme credentials\" in ASCII, such as harnest.basic returns, "
                       "got other text (a bearer token alone is for the option token)"
                     : "expected visible ASCII characters only, got others (a line break at its "
                       "end?)");
  }
  lua_pop(L, 1);
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
    bad_option(L, name, "expected URIs, got a quotation mark or backslash");
  if (*uris == '\0') lua_pop(L, 1);
  return *uris != '\0';
}

/* Sets the media types of requests. Keeps the URIs for calls that apply one more extension. */
static void set_media(lua_State *L, struct session *session, int options, int keep) {
  if (push_uris(L, options, "ext")) session->ext = keep_string(L, keep, "ext");
  if (push_uris(L, options, "profile")) session->profile = keep_string(L, keep, "profile");
  media_type_push_accept(L, session->ext, session->profile);
  session->accept = keep_string(L, keep, "accept");
  media_type_push_content_type(L, session->ext);
  session->content_type = keep_string(L, keep, "content_type");
}

static void set_headers(lua_State *L, struct session *session, int options) {
  if (!options_push(L, options, "headers")) return;
  request_headers_append(L, lua_gettop(L), "option headers", &session->headers);
  lua_pop(L, 1);
}

static int bounded(int64_t whole) {
  return whole > INT_MAX ? INT_MAX : (int)whole;
}

static void set_limits(lua_State *L, struct session *session, int options) {
  struct transfer_settings *transfer = &session->transfer;
  transfer->timeout = options_seconds(L, options, "timeout", 30);
  transfer->curl.connect_timeout = options_seconds(L, options, "connect_timeout", 10);
  transfer->max_response = (size_t)options_whole(L, options, "max_response", CLIENT_MAX_RESPONSE);
  session->deadline = options_seconds(L, options, "deadline", CLOCK_NEVER);
  session->max_retry_wait = options_seconds(L, options, "max_retry_wait", 60);
  session->prefetch = bounded(options_whole(L, options, "prefetch", 1));
  session->max_pages = options_whole(L, options, "max_pages", CLIENT_MAX_PAGES);
  session->retries = bounded(options_whole(L, options, "retries", 3));
  session->limit.maximum = (unsigned)bounded(options_whole(L, options, "max_connections", 8));
}

/* Reads rate = {requests = n, per = seconds}. */
static void set_rate(lua_State *L, struct session *session, int options) {
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
  if (!rate_limiter_set(&session->rate_limiter, (size_t)requests, seconds))
    luaL_error(L, "not enough memory");
  lua_pop(L, 1);
}

/*
** Returns the proxy: an URL, "" for none, or NULL for that of the environment. A proxy from the
** environment is not used for a loopback host, to which the token may go over plain HTTP.
** [-0, +0, e]
*/
static const char *read_proxy(lua_State *L, const struct session *session, int options) {
  const char *proxy = options_string(L, options, "proxy", NULL);
  const char *problem = proxy != NULL ? proxy_problem(proxy) : NULL;
  if (proxy != NULL && problem == NULL && errno == ENOMEM) luaL_error(L, "not enough memory");
  if (problem != NULL)
    usage_error_raise(L,
                      "option proxy: expected the URL of a proxy, such as "
                      "http://proxy.example:3128, got one that %s",
                      problem);
  if (proxy != NULL || !options_boolean(L, options, "proxy", true)) return proxy ? proxy : "";
  return session->base_is_loopback ? "" : NULL;
}

/* Copies the option client_key_password, which the client's table must not keep. [-0, +0, e] */
static void set_key_password(lua_State *L, struct session *session, int options) {
  const char *password = options_string(L, options, "client_key_password", NULL);
  if (password == NULL) return;
  buffer_init(&session->client_key_password, strlen(password));
  buffer_puts(&session->client_key_password, password);
  session->transfer.curl.client_key_password = buffer_text(&session->client_key_password);
  if (session->transfer.curl.client_key_password == NULL) luaL_error(L, "not enough memory");
}

/* Returns a copy of an environment variable that the client keeps; NULL if it is unset or empty. */
static const char *keep_environment(lua_State *L, int keep, const char *name) {
  const char *value = environment(name);
  if (value == NULL) return NULL;
  lua_pushstring(L, value);
  return keep_string(L, keep, name);
}

/*
** Sets the certificate authorities. If no option does, the variables of curl's command apply, which
** libcurl does not read.
*/
static void set_authorities(lua_State *L, struct curl_settings *curl, int options, int keep) {
  curl->ca_file = options_string(L, options, "ca_file", NULL);
  curl->ca_path = options_string(L, options, "ca_path", NULL);
  if (curl->ca_file != NULL || curl->ca_path != NULL || curl->insecure) return;
  curl->ca_file = keep_environment(L, keep, "CURL_CA_BUNDLE");
  if (curl->ca_file != NULL) return;
  curl->ca_file = keep_environment(L, keep, "SSL_CERT_FILE");
  curl->ca_path = keep_environment(L, keep, "SSL_CERT_DIR");
}

/* Whether a client certificate is one of a Windows certificate store: `CurrentUser\MY\THUMBPRINT`. */
static bool is_in_store(const char *certificate) {
  return curl_strnequal(certificate, "CurrentUser\\", 12) ||
         curl_strnequal(certificate, "LocalMachine\\", 13);
}

/* Raises if Schannel does not support the options of TLS. */
static void check_schannel(lua_State *L, const struct curl_settings *curl, int options) {
  if (options_string(L, options, "ca_path", NULL) != NULL)
    bad_option(L, "ca_path",
               "Schannel (TLS of Windows) reads no directory of certificates; put them into one "
               "file and set ca_file");
  if (curl->client_cert != NULL && !is_in_store(curl->client_cert))
    bad_option(
        L, "client_cert",
        "Schannel (TLS of Windows) reads no PEM file; import the certificate into a store of "
        "Windows and set client_cert to CurrentUser\\MY\\THUMBPRINT");
  if (curl->client_key != NULL)
    bad_option(L, "client_key",
               "Schannel (TLS of Windows) reads no PEM file; it takes the key from the store of "
               "client_cert");
}

static void set_curl(lua_State *L, struct session *session, int options, int keep) {
  struct curl_settings *curl = &session->transfer.curl;
  curl->proxy = read_proxy(L, session, options);
  curl->client_cert = options_string(L, options, "client_cert", NULL);
  curl->client_key = options_string(L, options, "client_key", NULL);
  curl->insecure = options_boolean(L, options, "insecure", false);
  curl->best_effort_revocation =
      strcmp(options_string(L, options, "revocation", revocations[0]), revocations[1]) == 0;
  if (curl_setup_has_schannel()) check_schannel(L, curl, options);
  set_key_password(L, session, options);
  set_authorities(L, curl, options, keep);
  const char *agent = options_string(L, options, "user_agent", NULL);
  if (agent != NULL)
    lua_pushfstring(L, "%s harnest/" HARNEST_VERSION, agent);
  else
    lua_pushliteral(L, "harnest/" HARNEST_VERSION);
  curl->user_agent = keep_string(L, keep, "user_agent");
}

static void set_cache(lua_State *L, struct session *session, int options) {
  bool wanted = options_boolean(L, options, "cache", false);
  int64_t size = options_whole(L, options, "cache", wanted ? CLIENT_CACHE : 0);
  if (size == 0) return;
  session->cache = cache_new((size_t)size);
  if (session->cache == NULL) luaL_error(L, "not enough memory");
}

static enum trace_detail detail_of(const char *name) {
  if (name == NULL || strcmp(name, "1") == 0) return TRACE_FACTS;
  return strcmp(name, details[0]) == 0 ? TRACE_HEADERS : TRACE_BODIES;
}

static bool is_detail(const char *name) {
  return strcmp(name, details[0]) == 0 || strcmp(name, details[1]) == 0;
}

/*
** Pushes whether HARNEST_DEBUG asks for debug output, and returns its detail. Raises for an unknown
** value. [-0, +1, e]
*/
static enum trace_detail push_debug_of_environment(lua_State *L) {
  const char *value = environment("HARNEST_DEBUG");
  bool is_off = value == NULL || strcmp(value, "0") == 0;
  lua_pushboolean(L, !is_off);
  if (is_off) return TRACE_FACTS;
  if (strcmp(value, "1") != 0 && !is_detail(value)) {
    lua_pushstring(L, value);
    usage_error_raise(L,
                      "HARNEST_DEBUG: expected 0, 1, headers or body in the environment, got "
                      "\"%s\"",
                      usage_error_quote(L, -1));
  }
  return detail_of(value);
}

/*
** Pushes the option `debug`: false, true, or the function that takes the lines. Without the option
** HARNEST_DEBUG applies. Returns the detail. [-0, +1, e]
*/
static enum trace_detail push_debug(lua_State *L, int options) {
  if (!options_push(L, options, "debug")) return push_debug_of_environment(L);
  if (lua_isboolean(L, -1) || lua_isfunction(L, -1)) return TRACE_FACTS;
  if (lua_type(L, -1) != LUA_TSTRING || !is_detail(lua_tostring(L, -1))) {
    bool is_text = lua_type(L, -1) == LUA_TSTRING;
    const char *got =
        is_text ? lua_pushfstring(L, "\"%s\"", usage_error_quote(L, -1)) : options_describe(L, -1);
    usage_error_raise(
        L, "option debug: expected true, false, \"headers\", \"body\" or a function, got %s", got);
  }
  enum trace_detail detail = detail_of(lua_tostring(L, -1));
  lua_pop(L, 1);
  lua_pushboolean(L, 1);
  return detail;
}

/* Reads the options `trace`, `trace_detail` and `debug`. */
static void set_trace(lua_State *L, struct session *session, int options, int keep) {
  enum trace_detail detail = detail_of(options_string(L, options, "trace_detail", NULL));
  enum trace_detail debug_detail = push_debug(L, options);
  session->trace.detail = detail > debug_detail ? detail : debug_detail;
  lua_getfield(L, keep, "trace");
  session->trace.on = !lua_isnil(L, -1) || lua_toboolean(L, -2);
  lua_pop(L, 1);
  if (lua_toboolean(L, -1))
    lua_setfield(L, keep, "debug");
  else
    lua_pop(L, 1);
}

void client_options_read(lua_State *L, struct session *session, int options, int keep) {
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (options_push(L, options, kept[i])) lua_setfield(L, keep, kept[i]);
  set_base(L, session, options, keep);
  set_dialect(L, session, options);
  set_limits(L, session, options);
  set_rate(L, session, options);
  set_curl(L, session, options, keep);
  set_media(L, session, options, keep);
  set_headers(L, session, options);
  set_token(L, session, options, keep);
  set_cache(L, session, options);
  set_trace(L, session, options, keep);
}
