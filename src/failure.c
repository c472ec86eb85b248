/*
** failure.c: the one error object, a plain table whose metatable shows its message.
*/
#include "failure.h"

#include "compat.h"

#define FAILURE_TYPE "harnest.error"

struct kind {
  const char *name;
  const char *hint;
};

static const struct kind kinds[] = {
    [FAILURE_NONE] = {"none", NULL},
    [FAILURE_BAD_REQUEST] = {"bad_request", NULL},
    [FAILURE_UNAUTHORIZED] = {"unauthorized",
                              "check that the token is right, has not expired, and was made for this environment"},
    [FAILURE_FORBIDDEN] = {"forbidden", "the user who made the token lacks this permission"},
    [FAILURE_NOT_FOUND] = {"not_found", "check the type, the id and the base URL"},
    [FAILURE_CONFLICT] = {"conflict", NULL},
    [FAILURE_INVALID] = {"invalid", NULL},
    [FAILURE_RATE_LIMITED] = {"rate_limited", "ask less often, or later"},
    [FAILURE_UNAVAILABLE] = {"unavailable", "the server is under maintenance or overloaded; try later"},
    [FAILURE_CLIENT_ERROR] = {"client_error", NULL},
    [FAILURE_SERVER_ERROR] = {"server_error", "the fault is the server's; try later"},
    [FAILURE_TIMEOUT] = {"timeout",
                         "the server or the way to it is slow; the options timeout and deadline set the limits"},
    [FAILURE_NETWORK] = {"network", "check the address and that the server runs"},
    [FAILURE_TLS] =
        {"tls", "check the certificates; the options ca_file and client_cert name a private authority's and your own"},
    [FAILURE_PROTOCOL] = {"protocol", NULL},
    [FAILURE_REFUSED] = {"refused", NULL},
    [FAILURE_CANCELLED] = {"cancelled", NULL},
};

const char *failure_kind_name(enum failure_kind kind) {
  return kinds[kind].name;
}

const char *failure_hint(enum failure_kind kind, long status) {
  switch (status) {
    case 406: return "the server gives no answers of this media type; see the options ext and profile";
    case 412: return "it has changed since its ETag was taken; read it again";
    case 415: return "the server takes no documents of this media type; see the option ext";
    default: return kinds[kind].hint;
  }
}

enum failure_kind failure_kind_of_status(long status) {
  switch (status) {
    case 400: return FAILURE_BAD_REQUEST;
    case 401: return FAILURE_UNAUTHORIZED;
    case 403: return FAILURE_FORBIDDEN;
    case 404: return FAILURE_NOT_FOUND;
    case 409:
    case 412: return FAILURE_CONFLICT;
    case 422: return FAILURE_INVALID;
    case 429: return FAILURE_RATE_LIMITED;
    case 503: return FAILURE_UNAVAILABLE;
    default: break;
  }
  if (status >= 400 && status < 500) return FAILURE_CLIENT_ERROR;
  return status >= 500 ? FAILURE_SERVER_ERROR : FAILURE_NONE;
}

void failure_push(lua_State *L, enum failure_kind kind, long status, const char *message) {
  lua_createtable(L, 0, 10);
  lua_pushstring(L, kinds[kind].name);
  lua_setfield(L, -2, "kind");
  if (status != 0) {
    lua_pushinteger(L, (lua_Integer)status);
    lua_setfield(L, -2, "status");
  }
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  luaL_getmetatable(L, FAILURE_TYPE);
  lua_setmetatable(L, -2);
}

/* __tostring. Stack: error. */
static int m_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_getfield(L, 1, "message");
  if (!lua_isstring(L, -1)) lua_pushliteral(L, FAILURE_TYPE);
  return 1;
}

void failure_open(lua_State *L) {
  luaL_newmetatable(L, FAILURE_TYPE);
  lua_pushliteral(L, FAILURE_TYPE);
  lua_setfield(L, -2, "__name");
  lua_pushcfunction(L, m_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pop(L, 1);
}
