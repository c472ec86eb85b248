/*
** target.c: converts types, paths and links to URLs on the client's origin.
**
** A string without a slash is a type. A string with a slash is a path: below the base URL, unless
** it begins with the base URL's own path, as the links of servers do. A string with a scheme is a
** link, which must be on the client's origin unless the option `ignore_link_origin` is set.
*/
#include "lua/client/target.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number_format.h"
#include "http/url.h"
#include "lua/client/client.h"
#include "lua/json/value.h"
#include "lua/query/query.h"
#include "lua/support/cdata.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define TEXT_TYPE "harnest.target.text"

/*
** Pushes a userdata that owns the string to which its pointer is set, so that it is freed if Lua
** raises. Returns the address of the pointer. [-0, +1, m]
*/
static char **push_owner(lua_State *L) {
  return compat_newuserdata(L, sizeof(char *), TEXT_TYPE);
}

static void free_text(char **text) {
  free(*text);
  *text = NULL;
}

/* __gc. Stack: owner. */
static int m_text_gc(lua_State *L) {
  lua_settop(L, 1);
  free_text(lua_touserdata(L, 1));
  return 0;
}

/* Pushes a text as messages show it, and returns that. [-0, +1, m] */
static const char *push_shown(lua_State *L, const char *text) {
  lua_pushstring(L, text);
  const char *shown = usage_error_quote(L, -1);
  lua_remove(L, -2);
  return shown;
}

/*
** Replaces the userdata of push_owner on top by its URL. If that is NULL, raises that the argument
** `what`, `target`, is no valid target. [-1, +1, e]
*/
static void push_url(lua_State *L, const char *what, const char *target) {
  char **url = lua_touserdata(L, -1);
  if (*url == NULL && errno == ENOMEM) luaL_error(L, "not enough memory");
  if (*url == NULL)
    usage_error_raise(L, "%s: expected a type, path or link, got \"%s\", which makes no valid URL",
                      what, push_shown(L, target));
  lua_pushstring(L, *url);
  free_text(url);
  lua_remove(L, -2);
}

static bool begins_with_path(const char *target, const char *path) {
  size_t length = strlen(path);
  if (length == 0 || strncmp(target, path, length) != 0) return false;
  return target[length] == '\0' || target[length] == '/' || target[length] == '?';
}

/*
** Pushes the URL of an absolute link and returns true; if the link is on another origin that
** counts, pushes the reason and returns false. [-0, +1, e]
*/
static bool push_link(lua_State *L, const struct session *session, const char *what,
                      const char *link) {
  const char *base = session->base;
  char **own = push_owner(L), *url = url_resolve(base, link);
  bool elsewhere = url != NULL && !session_accepts_link(session, url);
  if (url != NULL && !elsewhere) *own = url_on_origin(base, url);
  free(url);
  if (errno == ENOMEM) luaL_error(L, "not enough memory");
  if (*own == NULL) {
    const char *shown = push_shown(L, link);
    if (elsewhere)
      lua_pushfstring(L,
                      "%s leads to another server than %s, which never gets a request or the token"
                      "%s",
                      shown, push_shown(L, base), session_link_advice(session, link));
    else
      lua_pushfstring(L, "%s is not a valid link", shown);
    usage_error_escape(L);
    return false;
  }
  push_url(L, what, link);
  return true;
}

/* Returns whether a path has percent-encoded dots, which some servers treat as `..`. */
static bool has_encoded_dots(const char *url) {
  for (; (url = strchr(url, '%')) != NULL; url++)
    if (url[1] == '2' && (url[2] == 'e' || url[2] == 'E')) return true;
  return false;
}

/* Returns whether the URL is the base URL or below it. */
static bool is_under(const char *base, const char *url) {
  size_t length = strlen(base);
  if (length > 0 && base[length - 1] == '/') length--; /* a base URL without a path */
  return strncmp(url, base, length) == 0 && strchr("/?", url[length]) != NULL;
}

/* Raises unless the URL on top, made from a script's path, is below the base URL. [-0, +0, e] */
static void check_under(lua_State *L, const char *base, const char *what, const char *path) {
  char **own = push_owner(L);
  *own = url_on_origin(base, base);
  push_url(L, what, base);
  if (!is_under(lua_tostring(L, -1), lua_tostring(L, -2)))
    usage_error_raise(L, "%s: expected a path below the base URL, got \"%s\"", what,
                      push_shown(L, path));
  lua_pop(L, 1);
}

static void push_path(lua_State *L, const char *base, const char *what, const char *path) {
  if (begins_with_path(path, url_path(base))) {
    char **url = push_owner(L);
    *url = url_resolve(base, path);
    push_url(L, what, path);
  } else {
    lua_pushfstring(L, "%s%s%s", base, *path == '/' ? "" : "/", path);
    char **url = push_owner(L);
    *url = url_resolve(base, lua_tostring(L, -2));
    push_url(L, what, path);
    lua_remove(L, -2);
  }
  check_under(L, base, what, path);
}

/*
** Pushes the string at `index`, or the whole number there as the same digits on every Lua; LuaJIT's
** 64-bit integers as their digits.
** [-0, +1, e]
*/
static void push_text(lua_State *L, int index, const char *what) {
  char digits[NUMBER_FORMAT_SIZE];
  if (lua_type(L, index) == LUA_TSTRING || lua_isinteger(L, index)) {
    lua_pushvalue(L, index);
    return;
  }
  if (cdata_push_integer(L, index)) return;
  lua_Number number = lua_tonumber(L, index);
  if (!(fabs(number) <= 9007199254740992.0) || floor(number) != number)
    usage_error_raise(L, "%s: expected a string or a whole number, got %s", what,
                      options_describe(L, index));
  snprintf(digits, sizeof digits, "%.0f", (double)number);
  lua_pushstring(L, digits);
}

/*
** Pushes the value at `index`, a type or id, as a slash and the percent-encoded text. [-0, +1, e]
*/
static void push_segment(lua_State *L, int index, const char *what) {
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING && lua_type(L, index) != LUA_TNUMBER &&
      !cdata_is_integer(L, index))
    usage_error_raise(L, "%s: expected a string or a whole number, got %s", what,
                      options_describe(L, index));
  push_text(L, index, what);
  const char *text = lua_tolstring(L, -1, &length);
  if (length == 0 || strcmp(text, ".") == 0 || strcmp(text, "..") == 0 || strlen(text) != length)
    usage_error_raise(L, "%s: expected text that a URL's path can contain, got \"%s\"", what,
                      usage_error_quote(L, -1));
  luaL_Buffer encoded;
  luaL_buffinit(L, &encoded);
  luaL_addchar(&encoded, '/');
  for (size_t i = 0; i < length; i++) {
    char bytes[12];
    struct buffer one = {.bytes = bytes, .capacity = sizeof bytes, .maximum = sizeof bytes};
    url_encode(&one, text + i, 1);
    luaL_addlstring(&encoded, bytes, one.length);
  }
  luaL_pushresult(&encoded);
  lua_remove(L, -2);
}

/* Returns whether `target` begins like `//host` or `scheme://host`. */
static bool has_authority(const char *target) {
  size_t scheme = 0;
  while (isalnum((unsigned char)target[scheme]) ||
         (scheme > 0 && strchr("+-.", target[scheme]) && target[scheme]))
    scheme++;
  return strncmp(target, "//", 2) == 0 || (scheme > 0 && strncmp(target + scheme, "://", 3) == 0);
}

/*
** Pushes the URL of the target at `index` and returns true; if it must not be requested, pushes the
** reason and returns false. [-0, +1, e]
*/
static bool push_target(lua_State *L, const struct session *session, const char *what, int index) {
  const char *base = session->base;
  if (lua_istable(L, index)) {
    lua_pushliteral(L, "href");
    lua_rawget(L, index);
    if (lua_type(L, -1) != LUA_TSTRING)
      usage_error_raise(L, "%s: expected a type, path or link, got a table without href", what);
    lua_replace(L, index);
  }
  if (lua_type(L, index) != LUA_TSTRING)
    usage_error_raise(L, "%s: expected a type, path or link, got %s", what,
                      options_describe(L, index));
  const char *target = lua_tostring(L, index);
  if (strlen(target) != lua_rawlen(L, index))
    usage_error_raise(L, "%s: expected a type, path or link, got \"%s\", which has a NUL", what,
                      usage_error_quote(L, index));
  if (has_authority(target)) return push_link(L, session, what, target);
  if (strpbrk(target, "/?") != NULL) {
    push_path(L, base, what, target);
  } else {
    lua_pushstring(L, base);
    push_segment(L, index, what);
    lua_concat(L, 2);
  }
  return true;
}

/*
** Appends the checked query at `index` to the URL on top and returns true; if the query is refused,
** pushes the reason and returns false. [-0, +(0|1), e]
*/
static bool add_query(lua_State *L, enum dialect dialect, int index) {
  if (!query_push(L, index, dialect)) return false;
  if (lua_rawlen(L, -1) > 0) {
    lua_pushfstring(L, "%s%s%s", lua_tostring(L, -2),
                    strchr(lua_tostring(L, -2), '?') != NULL ? "&" : "?", lua_tostring(L, -1));
    lua_replace(L, -3);
  }
  lua_pop(L, 1);
  return true;
}

/*
** Pushes the path segment at `index`, which messages call `name`, an argument of the same method as
** `what`. [-0, +1, e]
*/
static void push_argument(lua_State *L, int index, const char *what, const char *name) {
  const char *colon = strchr(what, ':');
  lua_pushlstring(L, what, colon != NULL ? (size_t)(colon - what) : 0);
  push_segment(L, index, lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), name));
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/*
** core.url(client, query, what, target, segment...): returns the URL of a type, path or link,
** followed by path segments and a checked query. If it is refused, returns nil, the reason and, if
** only the query is refused, the URL without the query. Stack: client, query (a table), what (the
** method and the name of the target in usage errors, as "get: type"), target, segments (strings or
** numbers).
*/
static int f_url(lua_State *L) {
  struct session *session = client_check(L, 1);
  int top = lua_gettop(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  const char *what = luaL_checkstring(L, 3);
  luaL_checkany(L, 4);
  bool allowed = push_target(L, session, what, 4);
  if (allowed && top > 4 && strchr(lua_tostring(L, -1), '?') != NULL)
    usage_error_raise(L,
                      "%s: expected a type or path without a query, since an id follows it, got "
                      "\"%s\"",
                      what, usage_error_quote(L, 4));
  for (int i = 5; allowed && i <= top; i++) {
    push_argument(L, i, what, i == 5 ? "id" : "name");
    lua_concat(L, 2);
  }
  if (allowed && add_query(L, session->dialect, 2)) return 1;
  /* on top: the reason; below it, if only the query is refused, the URL without it */
  if (allowed)
    lua_insert(L, -2);
  else
    lua_pushnil(L);
  lua_pushnil(L);
  lua_insert(L, -3);
  return 3;
}

/*
** core.resolve(url, reference): returns the URL of a reference in a response from `url`, or nil if
** it is invalid. Stack: url (a string), reference (a string).
*/
static int f_resolve(lua_State *L) {
  lua_settop(L, 2);
  const char *base = luaL_checkstring(L, 1), *reference = luaL_checkstring(L, 2);
  if (*reference == '\0' || strlen(reference) != lua_rawlen(L, 2)) return 0;
  char **url = push_owner(L);
  *url = url_resolve(base, reference);
  if (*url == NULL && errno != ENOMEM) return 0;
  push_url(L, "reference", reference);
  return 1;
}

/*
** core.is_under_base(client, link): returns whether a link, absolute or a path, is below the base
** URL. Stack: client, link (a string).
*/
static int f_is_under_base(lua_State *L) {
  lua_settop(L, 2);
  struct session *session = client_check(L, 1);
  const char *link = luaL_checkstring(L, 2);
  bool whole = strlen(link) == lua_rawlen(L, 2);
  char *url =
      whole && (has_authority(link) || *link == '/') ? url_resolve(session->base, link) : NULL;
  char *own =
      url != NULL && session_accepts_link(session, url) ? url_on_origin(session->base, url) : NULL;
  char *base = own != NULL ? url_on_origin(session->base, session->base) : NULL;
  lua_pushboolean(L, base != NULL && is_under(base, own) && !has_encoded_dots(own));
  free(url);
  free(own);
  free(base);
  return 1;
}

void target_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"url", f_url}, {"is_under_base", f_is_under_base}, {"resolve", f_resolve}, {NULL, NULL}};
  metatable_register_gc(L, TEXT_TYPE, m_text_gc);
  luaL_setfuncs(L, functions, 0);
}
