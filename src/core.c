/*
** core.c: the C module `harnest.core`, a table of what each room gives to Lua.
*/
#include "core.h"

#include "compat.h"
#include "query.h"

#if defined(__GNUC__)
#define CORE_EXPORT __attribute__((visibility("default")))
#else
#define CORE_EXPORT
#endif

CORE_EXPORT int luaopen_harnest_core(lua_State *L);

int luaopen_harnest_core(lua_State *L) {
  lua_newtable(L);
  lua_pushliteral(L, HARNEST_VERSION);
  lua_setfield(L, -2, "VERSION");
  query_open(L);
  return 1;
}
