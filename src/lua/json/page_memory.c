/*
** page_memory.c: a large piece of memory that a userdata owns.
**
** The collector is made to work for each: otherwise several dead ones lie about. A userdata would be all there is to it,
** but LuaJIT's allocator maps one of 128 KB or more anew each time, and the system then clears it page by page: a sixth
** of a list's time. There the memory is malloc's, which has some at hand.
*/
#include "lua/json/page_memory.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#if LUA_VERSION_NUM == 501 && defined(LUA_GCISRUNNING) /* LuaJIT */

#define PAGE_MEMORY_TYPE "harnest.block"

void *page_memory_push(lua_State *L, size_t size) {
  compat_step_collector(L, size);
  void **block = compat_newuserdata(L, sizeof *block, PAGE_MEMORY_TYPE);
  *block = malloc(size);
  if (*block == NULL) luaL_error(L, "not enough memory");
  return *block;
}

bool page_memory_holds(const void *block) {
  return *(void *const *)block != NULL;
}

/* __gc. Stack: block. */
static int m_gc(lua_State *L) {
  void **block = luaL_checkudata(L, 1, PAGE_MEMORY_TYPE);
  free(*block);
  *block = NULL;
  return 0;
}

void page_memory_open(lua_State *L) {
  metatable_register_gc(L, PAGE_MEMORY_TYPE, m_gc);
}

#else

void *page_memory_push(lua_State *L, size_t size) {
  compat_step_collector(L, size);
  return lua_newuserdata(L, size);
}

bool page_memory_holds(const void *block) {
  (void)block;
  return true;
}

void page_memory_open(lua_State *L) {
  (void)L;
}

#endif
