/*
** page_size.c: the Lua function for page_params_size_name.
*/
#include "lua/client/page_size.h"

#include "jsonapi/page_params.h"
#include "lua/support/compat.h"

/*
** core.page_size_name(url, next): returns the name of the parameter by which the list at `url` can
** ask for larger pages; nil if it is unknown, or if the URL selects pages itself. Stack: url, next
** (strings: the URLs of the first page and of the second, or their paths and queries).
*/
static int f_page_size_name(lua_State *L) {
  lua_settop(L, 2);
  lua_pushstring(L, page_params_size_name(luaL_checkstring(L, 1), luaL_checkstring(L, 2)));
  return 1;
}

void page_size_open(lua_State *L) {
  lua_pushcfunction(L, f_page_size_name);
  lua_setfield(L, -2, "page_size_name");
}
