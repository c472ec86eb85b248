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
#include "http/header_list.h"
#include "http/proxy.h"
#include "http/url.h"
#include "lua/client/media_type.h"
#include "lua/client/request_headers.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define CLIENT_LARGEST_RATE 100000 /* requests in the limiter's memory */
#define CLIENT_MAX_CONNECTIONS 8
#define CLIENT_MAX_PAGES 1000000
#define CLIENT_MAX_RESPONSE (INT64_C(64) << 20)
#define CLIENT_CACHE (INT64_C(16) << 20)

static const char *const dialects[] = {"harnest", "jsonapi", NULL};
static const char *const details[] = {"headers", "body", NULL};
static const char *const cassette_modes[] = {"once", "replay", "record", "check", NULL};
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
    {.name = "cache", .type = OPTION_CACHE},
    {.name = "user_agent", .type = OPTION_TEXT},
    {.name = "trace", .type = OPTION_FUNCTION},
    {.name = "trace_detail", .type = OPTION_CHOICE, .choices = details},
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

#define NO_SERVER \
  "expected url or company (or HARNEST_URL or HARNEST_COMPANY in the environment), got neither"

/* Returns the reason if nothing names a server. `cassette` may be NULL. */
static const char *no_server(lua_State *L, const struct cassette *cassette) {
  if (cassette != NULL && cassette->text.length == 0)
    return NO_SERVER
        "; the file of the cassette does not exist, so a server is needed to record it";
  if (is_in_nginx(L))
    return NO_SERVER
        "; nginx passes the variable only if nginx.conf has the line "
        "\"env HARNEST_URL;\" or \"env HARNEST_COMPANY;\"";
  return NO_SERVER;
}

/*
** Pushes the base URL that the options at `options`, the environment or else the cassette (NULL for
** none) gives; raises if none does. [-0, +1, e]
*/
static void push_base(lua_State *L, int options, const struct cassette *cassette) {
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
  } else if (cassette != NULL && cassette->recorded_base_url != NULL) {
    lua_pushstring(L, cassette->recorded_base_url);
  } else {
    bad_option(L, "url", no_server(L, cassette));
  }
}

/* Whether an option is given. [-0, +0, m] */
static bool has(lua_State *L, int options, const char *name) {
  bool is_given = options_push(L, options, name);
  lua_pop(L, is_given ? 1 : 0);
  return is_given;
}

/* Whether an option for the token is given. [-0, +0, m] */
static bool has_token(lua_State *L, int options) {
  return has(L, options, "token") || has(L, options, "authorization");
}

/* Sets the base URL, unless it is inherited and no option sets another one. */
static void set_base(lua_State *L, struct session *session, int options, int keep) {
  session->dry_run = options_boolean(L, options, "dry_run", session->dry_run);
  session->ignore_link_origin =
      options_boolean(L, options, "ignore_link_origin", session->ignore_link_origin);
  if (session->base != NULL && !has(L, options, "company") && !has(L, options, "url")) return;
  push_base(L, options, session->cassette);
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
  lua_pop(L, 1);
}

/*
** Whether a derived client is one of another server than that of `base`, whose token it must not
** get. [-0, +0, m]
*/
static bool has_left(lua_State *L, const struct session *session, const char *base) {
  if (session->base == base) return false;
  errno = 0;
  enum url_origin origin = url_compare_origin(base, session->base);
  if (origin == URL_OTHER && errno == ENOMEM) luaL_error(L, "not enough memory");
  return origin != URL_SAME;
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

/* Raises unless the options name the token of the other server of a derived client. */
static void check_moved_token(lua_State *L, const struct session *session, int options) {
  if (session->credentials->source != CREDENTIALS_NONE && !has_token(L, options))
    bad_option(L, has(L, options, "company") ? "company" : "url",
               "expected one on the same server, since another one does not get the client's "
               "token; set token, too (token = false for none)");
}

/*
** Pushes the option `authorization` or `token`, or nil if neither is set. Returns whether it is
** `authorization`. [-0, +1, e]
*/
static bool push_token(lua_State *L, int options) {
  bool takes_authorization = options_push(L, options, "authorization");
  if (!options_push(L, options, "token")) {
    if (!takes_authorization) lua_pushnil(L);
  } else if (takes_authorization) {
    bad_option(L, "authorization", "expected either token or authorization, got both");
  }
  return takes_authorization;
}

/* Sets a token that does not change. Raises if it is not valid. */
static void set_fixed_token(lua_State *L, struct credentials *credentials, const char *token,
                            size_t length) {
  credentials->source = CREDENTIALS_FIXED;
  bool taken = credentials_set(credentials, token, length, NULL);
  if (!taken && errno == ENOMEM) luaL_error(L, "not enough memory");
  if (!taken && length == 0)
    bad_option(L, credentials_option(credentials), "expected a text, got an empty string");
  if (!taken)
    bad_option(L, credentials_option(credentials),
               credentials->takes_authorization
                   ? "expected \"Scheme credentials\" in ASCII, such as harnest.basic returns, "
                     "got other text (a bearer token alone is for the option token)"
                   : "expected visible ASCII characters only, got others (a line break at its "
                     "end?)");
}

/*
** Reads the options `token` and `authorization` into new credentials, unless they are inherited. If
** neither is given, the environment has the token, but not that of a derived client.
*/
static void set_token(lua_State *L, struct session *session, int options, int keep,
                      bool is_derived) {
  if (session->credentials != NULL && !has_token(L, options)) return;
  bool takes_authorization = push_token(L, options);
  credentials_release(session->credentials);
  struct credentials *credentials = session->credentials = credentials_new(takes_authorization);
  if (credentials == NULL) {
    luaL_error(L, "not enough memory");
    return;
  }
  const char *name = credentials_option(credentials);
  for (int i = 0; i < 2; i++) { /* functions of the client that this one is derived from */
    lua_pushnil(L);
    lua_setfield(L, keep, i == 0 ? "token" : "authorization");
  }
  if (lua_isnil(L, -1)) {
    const char *token = is_derived ? NULL : environment("HARNEST_TOKEN");
    if (token != NULL) set_fixed_token(L, credentials, token, strlen(token));
  } else if (lua_isfunction(L, -1)) {
    credentials->source = CREDENTIALS_FUNCTION;
    credentials->wanted = true;
    lua_pushvalue(L, -1);
    lua_setfield(L, keep, name);
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    set_fixed_token(L, credentials, lua_tostring(L, -1), lua_rawlen(L, -1));
  } else if (takes_authorization || !lua_isboolean(L, -1) || lua_toboolean(L, -1)) {
    /* the token may be false: none, not even HARNEST_TOKEN */
    usage_error_raise(L, "option %s: expected a string or a function, got %s", name,
                      options_describe(L, -1));
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
  if (session->accept != NULL && !has(L, options, "ext") && !has(L, options, "profile")) return;
  if (push_uris(L, options, "ext")) session->ext = keep_string(L, keep, "ext");
  if (push_uris(L, options, "profile")) session->profile = keep_string(L, keep, "profile");
  media_type_push_accept(L, session->ext, session->profile);
  session->accept = keep_string(L, keep, "accept");
  media_type_push_content_type(L, session->ext);
  session->content_type = keep_string(L, keep, "content_type");
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
  if (session->pace != NULL && !has(L, options, "rate")) {
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
** environment is not used for a loopback host, to which the token may go over plain HTTP. `keep` has
** the option. [-0, +0, e]
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

/* Copies the option client_key_password, which the client's table must not keep. [-0, +0, e] */
static void set_key_password(lua_State *L, struct session *session, int options) {
  const char *password = options_string(L, options, "client_key_password", NULL);
  if (password != NULL && !session_set_key_password(session, password))
    luaL_error(L, "not enough memory");
}

/* Returns a copy of an environment variable that the client keeps; NULL if it is unset or empty. */
static const char *keep_environment(lua_State *L, int keep, const char *name) {
  const char *value = environment(name);
  if (value == NULL) return NULL;
  lua_pushstring(L, value);
  return keep_string(L, keep, name);
}

/*
** Sets the certificate authorities. If no option does, HARNEST_CA_FILE applies, otherwise the
** variables of curl's command, which libcurl does not read. `keep` has the options.
*/
static void set_authorities(lua_State *L, struct curl_settings *curl, int keep) {
  curl->ca_file = options_string(L, keep, "ca_file", NULL);
  curl->ca_path = options_string(L, keep, "ca_path", NULL);
  if (curl->ca_file != NULL || curl->ca_path != NULL || curl->insecure) return;
  curl->ca_file = keep_environment(L, keep, "HARNEST_CA_FILE");
  if (curl->ca_file == NULL) curl->ca_file = keep_environment(L, keep, "CURL_CA_BUNDLE");
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
static void check_schannel(lua_State *L, const struct curl_settings *curl, int keep) {
  if (options_string(L, keep, "ca_path", NULL) != NULL)
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

/* Sets the User-Agent, unless it is inherited. */
static void set_user_agent(lua_State *L, struct curl_settings *curl, int options, int keep) {
  const char *agent = options_string(L, options, "user_agent", NULL);
  if (agent == NULL && curl->user_agent != NULL) return;
  if (agent != NULL)
    lua_pushfstring(L, "%s harnest/" HARNEST_VERSION, agent);
  else
    lua_pushliteral(L, "harnest/" HARNEST_VERSION);
  curl->user_agent = keep_string(L, keep, "user_agent");
}

static void set_curl(lua_State *L, struct session *session, int options, int keep) {
  struct curl_settings *curl = &session->transfer.curl;
  curl->proxy = read_proxy(L, session, keep);
  curl->client_cert = options_string(L, keep, "client_cert", NULL);
  curl->client_key = options_string(L, keep, "client_key", NULL);
  curl->insecure = options_boolean(L, options, "insecure", curl->insecure);
  const char *inherited = revocations[curl->best_effort_revocation],
             *revocation = options_string(L, options, "revocation", inherited);
  curl->best_effort_revocation = strcmp(revocation, revocations[1]) == 0;
  if (curl_setup_has_schannel()) check_schannel(L, curl, keep);
  set_authorities(L, curl, keep);
  set_user_agent(L, curl, options, keep);
}

/* Reads cache = {size =, ttl =, stale_if_error =, shared =}, at `index`. [-0, +0, e] */
static struct cache_policy read_cache_table(lua_State *L, int index) {
  static const struct option members[] = {{.name = "size", .type = OPTION_BYTES},
                                          {.name = "ttl", .type = OPTION_SECONDS},
                                          {.name = "stale_if_error", .type = OPTION_SECONDS},
                                          {.name = "shared", .type = OPTION_ANY},
                                          {.name = NULL}};
  options_check(L, index, "option cache.", members);
  return (struct cache_policy){
      .size = (size_t)options_whole(L, index, "size", CLIENT_CACHE),
      .ttl = options_seconds(L, index, "ttl", 0),
      .stale_if_error = options_seconds(L, index, "stale_if_error", 0),
      .has_store = has(L, index, "shared"),
  };
}

/* Sets the cache, unless it is inherited; with the option cache it is a new one or none. */
static void set_cache(lua_State *L, struct session *session, int options, int keep) {
  struct cache_policy policy = {.size = 0};
  if (!options_push(L, options, "cache")) return;
  lua_pushnil(L);
  lua_setfield(L, keep, "store");
  if (lua_istable(L, -1)) {
    policy = read_cache_table(L, lua_gettop(L));
    if (options_push(L, lua_gettop(L), "shared")) lua_setfield(L, keep, "store");
  } else if (options_boolean(L, options, "cache", true))
    policy.size = (size_t)options_whole(L, options, "cache", CLIENT_CACHE);
  lua_pop(L, 1);
  cache_free(session->cache);
  session->cache = NULL;
  if (policy.size == 0) return;
  session->cache = cache_new(&policy);
  if (session->cache == NULL) luaL_error(L, "not enough memory");
}

static enum trace_detail detail_of(const char *name) {
  if (name == NULL || strcmp(name, "1") == 0) return TRACE_FACTS;
  return strcmp(name, details[0]) == 0 ? TRACE_HEADERS : TRACE_BODIES;
}

static bool is_detail(const char *name) {
  return strcmp(name, details[0]) == 0 || strcmp(name, details[1]) == 0;
}

/* Pushes what HARNEST_DEBUG asks for: false, true or a detail. Raises for an unknown value. [-0, +1, e] */
static void push_debug_of_environment(lua_State *L) {
  const char *value = environment("HARNEST_DEBUG");
  bool is_off = value == NULL || strcmp(value, "0") == 0,
       is_on = !is_off && strcmp(value, "1") == 0;
  if (is_off || is_on) {
    lua_pushboolean(L, is_on);
    return;
  }
  lua_pushstring(L, value);
  if (!is_detail(value))
    usage_error_raise(L,
                      "HARNEST_DEBUG: expected 0, 1, headers or body in the environment, got "
                      "\"%s\"",
                      usage_error_quote(L, -1));
}

/* Raises unless the option `debug`, on top, is a boolean, a detail or a function. [-0, +0, e] */
static void check_debug(lua_State *L) {
  bool is_text = lua_type(L, -1) == LUA_TSTRING;
  if (lua_isboolean(L, -1) || lua_isfunction(L, -1)) return;
  if (is_text && is_detail(lua_tostring(L, -1))) return;
  const char *got =
      is_text ? lua_pushfstring(L, "\"%s\"", usage_error_quote(L, -1)) : options_describe(L, -1);
  usage_error_raise(
      L, "option debug: expected true, false, \"headers\", \"body\" or a function, got %s", got);
}

/*
** Sets the events by the options `trace`, `trace_detail` and `debug`, which `keep` has then. Without
** the last one HARNEST_DEBUG applies, unless it is inherited.
*/
static void set_trace(lua_State *L, struct session *session, int options, int keep,
                      bool is_derived) {
  if (options_push(L, options, "debug")) {
    check_debug(L);
    lua_setfield(L, keep, "debug");
  } else if (!is_derived) {
    push_debug_of_environment(L);
    lua_setfield(L, keep, "debug");
  }
  enum trace_detail detail = detail_of(options_string(L, keep, "trace_detail", NULL)),
                    debug_detail = detail_of(options_string(L, keep, "debug", NULL));
  session->trace.detail = detail > debug_detail ? detail : debug_detail;
  lua_getfield(L, keep, "trace");
  lua_getfield(L, keep, "debug");
  session->trace.on = !lua_isnil(L, -2) || lua_toboolean(L, -1);
  lua_pop(L, 2);
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
  set_base(L, session, options, keep);
  if (session->cassette != NULL && !cassette_set_base_url(session->cassette, session->base))
    luaL_error(L, "not enough memory");
  bool is_elsewhere = is_derived && has_left(L, session, parent->base);
  if (is_elsewhere) {
    check_moved_token(L, session, options);
    leave_server(session);
  }
  set_dialect(L, session, options, !is_derived || is_elsewhere);
  set_limits(L, session, options);
  set_pace(L, session, options);
  set_key_password(L, session, options);
  set_curl(L, session, options, keep);
  set_media(L, session, options, keep);
  set_headers(L, session, options);
  set_token(L, session, options, keep, is_derived);
  set_cache(L, session, options, keep);
  set_trace(L, session, options, keep, is_derived);
}
