/*
** modules.c: makes `require` find the Lua modules of the core.
*/
#include "lua/modules.h"

#include "lua/support/compat.h"

/*
** A loader of package.preload: runs a module and returns its value. Upvalue: the module's index in
** module_texts. Raises what the module raises. Stack: name.
*/
static int f_load(lua_State *L) {
  lua_settop(L, 1);
  const struct module_text *module = &module_texts[lua_tointeger(L, lua_upvalueindex(1))];
  if (luaL_loadbuffer(L, module->text, module->length, module->chunk) != 0) return lua_error(L);
  lua_insert(L, 1);
  lua_call(L, 1, 1);
  return 1;
}

void modules_open(lua_State *L) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  for (size_t i = 0; module_texts[i].name != NULL; i++) {
    lua_getfield(L, -1, module_texts[i].name);
    if (lua_isnil(L, -1)) {
      lua_pushinteger(L, (lua_Integer)i);
      lua_pushcclosure(L, f_load, 1);
      lua_setfield(L, -3, module_texts[i].name);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
}
