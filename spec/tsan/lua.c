/*
** lua.c: runs a Lua script in a process that is instrumented by ThreadSanitizer from its start:
**   lua INTERPRETER SCRIPT ARGUMENTS...     INTERPRETER becomes arg[-1], for processes that the
**                                           script starts
** Preloading the sanitizer for an interpreter would also preload it for those processes and break
** the shell.
*/
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>

int main(int count, char **arguments) {
  if (count < 3) return 2;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  lua_newtable(L);
  for (int i = 1; i < count; i++) {
    lua_pushstring(L, arguments[i]);
    lua_rawseti(L, -2, i - 2);
  }
  lua_setglobal(L, "arg");
  bool failed = luaL_loadfile(L, arguments[2]);
  for (int i = 3; i < count; i++) lua_pushstring(L, arguments[i]);
  failed = failed || lua_pcall(L, count - 3, 0, 0);
  if (failed) fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  return failed;
}
