/*
** page_memory.h: the memory of a page, owned by a userdata.
*/
#ifndef HARNEST_PAGE_MEMORY_H
#define HARNEST_PAGE_MEMORY_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
** Pushes a userdata that owns `size` bytes, aligned for any type and not cleared. Returns them.
** Raises on out of memory. [-0, +1, m]
*/
void *page_memory_push(lua_State *L, size_t size);

/*
** Returns whether the memory of the userdata at the address `memory` (from lua_touserdata) still
** exists. A finalizer may reach a userdata whose own finalizer has already run and freed the
** memory.
*/
bool page_memory_holds(const void *memory);

/* Registers the type. Call it before page_memory_push. [-0, +0, m] */
void page_memory_open(lua_State *L);

#endif
