/*
** write.c: checks the tables of create, update and delete member by member.
*/
#include "lua/client/write.h"

#include <stdbool.h>

#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

static const struct option known[] = {
    {.name = "type", .type = OPTION_TEXT},
    {.name = "id", .type = OPTION_ANY},
    {.name = "lid", .type = OPTION_TEXT},
    {.name = "attributes", .type = OPTION_TABLE},
    {.name = "relationships", .type = OPTION_TABLE},
    {.name = "links", .type = OPTION_ANY},
    {.name = "meta", .type = OPTION_ANY},
    {.name = "if_match", .type = OPTION_TEXT},
    {.name = "idempotency_key", .type = OPTION_TEXT},
    {.name = NULL},
};

/*
** Returns whether the key at `index` belongs to an extension (JSON:API 1.1, 6.3) or is an @-member
** (5.3); these may have any value.
*/
static bool is_foreign(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return false;
  const char *name = lua_tostring(L, index);
  return *name == '@' || strchr(name, ':') != NULL;
}

/* Raises if the string is blank: libcurl would not send the header. */
static void refuse_blank(lua_State *L, int index, const char *prefix, const char *name) {
  const char *text = options_string(L, index, name, NULL);
  if (text != NULL && text[strspn(text, " ")] == '\0')
    usage_error_raise(L, "%s%s: expected a string, got one of blanks only", prefix, name);
}

/*
** core.check_write(table, prefix): raises a usage error for a wrong member. Stack: table, prefix (a
** string that comes before the member's name).
*/
static int f_check_write(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *prefix = luaL_checkstring(L, 2);
  lua_settop(L, 2);
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, 1) != 0;) {
    if (is_foreign(L, -2)) {
      lua_pop(L, 1);
      continue;
    }
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, 3);
  }
  options_check(L, 3, prefix, known);
  refuse_blank(L, 3, prefix, "if_match");
  refuse_blank(L, 3, prefix, "idempotency_key");
  return 0;
}

void write_open(lua_State *L) {
  lua_pushcfunction(L, f_check_write);
  lua_setfield(L, -2, "check_write");
}
