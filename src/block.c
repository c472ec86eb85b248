/*
** block.c: a large piece of memory that a userdata owns.
**
** The collector is made to work for each: otherwise several dead ones lie about. A userdata would be all there is to it,
** but LuaJIT's allocator maps one of 128 KB or more anew each time, and the system then clears it page by page: a sixth
** of a list's time. There the memory is malloc's, which has some at hand.
*/
#include "block.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "compat.h"

#if LUA_VERSION_NUM == 501 && defined(LUA_GCISRUNNING) /* LuaJIT */

#define BLOCK_TYPE "harnest.block"

void *block_push(lua_State *L, size_t size) {
  compat_step_collector(L, size);
  void **block = compat_newuserdata(L, sizeof *block, BLOCK_TYPE);
  *block = malloc(size);
  if (*block == NULL) luaL_error(L, "not enough memory");
  return *block;
}

bool block_holds(const void *block) {
  return *(void *const *)block != NULL;
}

/* __gc. Stack: block. */
static int m_gc(lua_State *L) {
  void **block = luaL_checkudata(L, 1, BLOCK_TYPE);
  free(*block);
  *block = NULL;
  return 0;
}

void block_open(lua_State *L) {
  luaL_newmetatable(L, BLOCK_TYPE);
  lua_pushcfunction(L, m_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}

#else

void *block_push(lua_State *L, size_t size) {
  compat_step_collector(L, size);
  return lua_newuserdata(L, size);
}

bool block_holds(const void *block) {
  (void)block;
  return true;
}

void block_open(lua_State *L) {
  (void)L;
}

#endif
