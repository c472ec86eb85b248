/*
** page_memory.h: a large piece of memory that a userdata owns.
*/
#ifndef HARNEST_PAGE_MEMORY_H
#define HARNEST_PAGE_MEMORY_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* Pushes a userdata that owns `size` bytes, aligned for any type and not cleared, and returns them. [-0, +1, m] */
void *page_memory_push(lua_State *L, size_t size);

/*
** Whether the memory of the block with the userdata `block` is still there. What a finalizer reaches may have had its own
** finalizer already, and where the memory is not the userdata's own it went with that.
*/
bool page_memory_holds(const void *block);

/* Readies the Lua state for page_memory_push. [-0, +0, m] */
void page_memory_open(lua_State *L);

#endif
