/*
** token_options.c: the token: a string, a function or the environment.
*/
#include "lua/client/token_options.h"

#include <errno.h>
#include <string.h>

#include "base/environment.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

/* Whether an option for the token is given. [-0, +0, m] */
static bool has_token(lua_State *L, int options) {
  return options_has(L, options, "token") || options_has(L, options, "authorization");
}

void token_options_check_moved(lua_State *L, const struct session *session, int options) {
  if (session->credentials->source != CREDENTIALS_NONE && !has_token(L, options))
    options_refuse(L, options_has(L, options, "company") ? "company" : "url",
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
    options_refuse(L, "authorization", "expected either token or authorization, got both");
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
    options_refuse(L, credentials_option(credentials), "expected a text, got an empty string");
  if (!taken)
    options_refuse(L, credentials_option(credentials),
                   credentials->takes_authorization
                       ? "expected \"Scheme credentials\" in ASCII, such as harnest.basic returns, "
                         "got other text (a bearer token alone is for the option token)"
                       : "expected visible ASCII characters only, got others (a line break at its "
                         "end?)");
}

void token_options_read(lua_State *L, struct session *session, int options, int keep,
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
