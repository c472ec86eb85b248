/*
** store.h: what Lua does for a cache with a store outside of the process: a shared dictionary of
** nginx.
*/
#ifndef HARNEST_STORE_H
#define HARNEST_STORE_H

#include <lua.h>

/* Adds the functions to the table on top. [-0, +0, m] */
void store_open(lua_State *L);

#endif
