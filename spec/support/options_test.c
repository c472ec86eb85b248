/*
** options_test.c: a Lua module for options_spec.lua, with options of every type.
*/
#include "lua/support/options.h"

#include <lauxlib.h>

int luaopen_options_test(lua_State *L);

static const char *const dialects[] = {"harnest", "jsonapi", NULL};
static const char *const loops[] = {"luv", "copas", "manual", NULL};

static const struct option known[] = {
    {.name = "any", .type = OPTION_ANY},
    {.name = "proxy", .type = OPTION_STRING},
    {.name = "company", .type = OPTION_TEXT},
    {.name = "insecure", .type = OPTION_BOOLEAN},
    {.name = "timeout", .type = OPTION_SECONDS},
    {.name = "connect_timeout", .type = OPTION_SECONDS},
    {.name = "retries", .type = OPTION_COUNT, .most = 100},
    {.name = "max_connections", .type = OPTION_POSITIVE},
    {.name = "max_response", .type = OPTION_BYTES},
    {.name = "cache", .type = OPTION_CACHE},
    {.name = "trace", .type = OPTION_FUNCTION},
    {.name = "token", .type = OPTION_TEXT_OR_FUNCTION},
    {.name = "rate", .type = OPTION_TABLE},
    {.name = "ext", .type = OPTION_TEXTS},
    {.name = "headers", .type = OPTION_HEADERS},
    {.name = "dialect", .type = OPTION_CHOICE, .choices = dialects},
    {.name = "loop", .type = OPTION_CHOICE, .choices = loops},
    {.name = NULL},
};

/* check(options): raises the first usage error; must leave the stack unchanged. */
static int test_check(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  int top = lua_gettop(L);
  options_check(L, -top, "option ", known);
  if (lua_gettop(L) != top) luaL_error(L, "the stack changed");
  return 0;
}

/*
** read(options): company, insecure, timeout, retries, with defaults, and whether there is a token
*/
static int test_read(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *company = options_string(L, 1, "company", "nobody");
  bool insecure = options_boolean(L, 1, "insecure", true);
  double timeout = options_seconds(L, 1, "timeout", 30);
  int64_t retries = options_whole(L, 1, "retries", 3);
  bool has_token = options_push(L, 1, "token");
  if (lua_gettop(L) != 1 + has_token) luaL_error(L, "the stack changed");
  lua_pushstring(L, company);
  lua_pushboolean(L, insecure);
  lua_pushnumber(L, timeout);
  lua_pushnumber(L, (lua_Number)retries);
  lua_pushboolean(L, has_token);
  return 5;
}

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_options_test(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, test_check);
  lua_setfield(L, -2, "check");
  lua_pushcfunction(L, test_read);
  lua_setfield(L, -2, "read");
  return 1;
}
