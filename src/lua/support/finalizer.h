/*
** finalizer.h: distinguishes a finalizer from other code. Lua runs finalizers at any allocation,
** also within functions of a host's event loop, so they must not resume coroutines.
*/
#ifndef HARNEST_FINALIZER_H
#define HARNEST_FINALIZER_H

#include <lua.h>

/* Adds core.in_finalizer to the table on top. [-0, +0, m] */
void finalizer_open(lua_State *L);

#endif
