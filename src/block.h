/*
** block.h: a large piece of memory that a userdata owns.
*/
#ifndef HARNEST_BLOCK_H
#define HARNEST_BLOCK_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* Pushes a userdata that owns `size` bytes, aligned for any type and not cleared, and returns them. [-0, +1, m] */
void *block_push(lua_State *L, size_t size);

/*
** Whether the memory of the block with the userdata `block` is still there. What a finalizer reaches may have had its own
** finalizer already, and where the memory is not the userdata's own it went with that.
*/
bool block_holds(const void *block);

/* Readies the Lua state for block_push. [-0, +0, m] */
void block_open(lua_State *L);

#endif
