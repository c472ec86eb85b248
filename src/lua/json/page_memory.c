/*
** page_memory.c: the memory of a page, owned by a userdata.
**
** Each large allocation steps the collector, because otherwise several dead pages accumulate. A
** plain userdata would suffice, but LuaJIT's allocator maps each one of 128 KB or more anew, and
** the kernel then clears it page by page: a sixth of the time to read a list. On LuaJIT large
** memory therefore comes from malloc, which reuses freed memory.
*/
#include "lua/json/page_memory.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define PAGE_MEMORY_LARGE ((size_t)32 * 1024)

#if LUA_VERSION_NUM == 501 && defined(LUA_GCISRUNNING) /* LuaJIT */

#define PAGE_MEMORY_TYPE "harnest.page_memory"

/* The userdata: a pointer to the memory, which follows it unless it is large. */
void *page_memory_push(lua_State *L, size_t size) {
  if (size < PAGE_MEMORY_LARGE) {
    void **memory = lua_newuserdata(L, sizeof *memory + size);
    *memory = memory + 1;
    return *memory;
  }
  compat_step_collector(L, size);
  void **memory = compat_newuserdata(L, sizeof *memory, PAGE_MEMORY_TYPE);
  *memory = malloc(size);
  if (*memory == NULL) luaL_error(L, "not enough memory");
  return *memory;
}

bool page_memory_holds(const void *memory) {
  return *(void *const *)memory != NULL;
}

/* __gc. Stack: the userdata. */
static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  void **memory = luaL_checkudata(L, 1, PAGE_MEMORY_TYPE);
  free(*memory);
  *memory = NULL;
  return 0;
}

void page_memory_open(lua_State *L) {
  metatable_register_gc(L, PAGE_MEMORY_TYPE, m_gc);
}

#else

void *page_memory_push(lua_State *L, size_t size) {
  if (size >= PAGE_MEMORY_LARGE) compat_step_collector(L, size);
  return lua_newuserdata(L, size);
}

bool page_memory_holds(const void *memory) {
  (void)memory;
  return true;
}

void page_memory_open(lua_State *L) {
  (void)L;
}

#endif
