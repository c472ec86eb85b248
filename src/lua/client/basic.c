/*
** basic.c: credentials of HTTP's Basic authentication (RFC 7617).
*/
#include "lua/client/basic.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/utf8.h"
#include "lua/support/compat.h"
#include "lua/support/usage_error.h"

static const char scheme[] = {'B', 'a', 's', 'i', 'c', ' '};

/*
** Returns the string at `index` and its length. Raises a usage error, without the value, if it must
** not be a part of the credentials. [-0, +0, e]
*/
static const char *check_part(lua_State *L, int index, const char *name, size_t *length) {
  if (lua_type(L, index) != LUA_TSTRING)
    usage_error_raise(L, "harnest.basic: %s: expected a string, got %s", name,
                      luaL_typename(L, index));
  const char *text = lua_tolstring(L, index, length);
  if (!utf8_valid(text, *length))
    usage_error_raise(L, "harnest.basic: %s: expected UTF-8, got other bytes", name);
  if (text_has_control(text, *length))
    usage_error_raise(
        L,
        "harnest.basic: %s: expected no control characters, got one (a line break at its "
        "end?)",
        name);
  return text;
}

/* Overwrites memory that is used no more. */
static void wipe(volatile char *bytes, size_t length) {
  while (length > 0) bytes[--length] = '\0';
}

/*
** core.basic(user, password): returns the value of the option `authorization` for Basic
** authentication. Stack: user (a string), password (a string).
*/
static int f_basic(lua_State *L) {
  size_t user_length, password_length;
  lua_settop(L, 2);
  const char *user = check_part(L, 1, "user", &user_length),
             *password = check_part(L, 2, "password", &password_length);
  if (memchr(user, ':', user_length) != NULL)
    usage_error_raise(L,
                      "harnest.basic: user: expected no colon, got one (it ends the user's name)");
  size_t pair_length = user_length + 1 + password_length;
  size_t length = sizeof scheme + BASE64_LENGTH(pair_length);
  char *pair = lua_newuserdata(L, pair_length), *value = lua_newuserdata(L, length);
  memcpy(pair, user, user_length);
  pair[user_length] = ':';
  memcpy(pair + user_length + 1, password, password_length);
  memcpy(value, scheme, sizeof scheme);
  base64_encode(pair, pair_length, value + sizeof scheme);
  wipe(pair, pair_length);
  lua_pushlstring(L, value, length);
  wipe(value, length);
  return 1;
}

void basic_open(lua_State *L) {
  lua_pushcfunction(L, f_basic);
  lua_setfield(L, -2, "basic");
}
