/*
** request_headers.c: converts a table of headers to lines for libcurl.
*/
#include "lua/client/request_headers.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "http/header_list.h"
#include "lua/support/usage_error.h"

/* Whether the field of a line is one that the client sets itself. */
static bool is_own(const char *line) {
  static const char *const own[] = {"accept", "content-type",      "content-length",
                                    "host",   "transfer-encoding", "authorization"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (header_list_is_named(line, own[i])) return true;
  return false;
}

void request_headers_append(lua_State *L, int index, const char *prefix, struct curl_slist **list) {
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    const char *name = lua_tostring(L, -2), *value = lua_tostring(L, -1);
    /* libcurl sends a header without a value only when its name ends in a semicolon */
    const char *line =
        lua_pushfstring(L, value[strspn(value, " \t")] == '\0' ? "%s;" : "%s: %s", name, value);
    if (is_own(line))
      usage_error_raise(
          L, "%s: %s is set by the client itself%s", prefix, name,
          header_list_is_named(line, "Authorization") ? "; use its option authorization" : "");
    if (!header_list_add(list, line)) luaL_error(L, "not enough memory");
    lua_pop(L, 1);
  }
}
