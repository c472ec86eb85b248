/*
** within.h: which call a piece of Lua code is a part of. `core.within` in Lua.
*/
#ifndef HARNEST_WITHIN_H
#define HARNEST_WITHIN_H

#include <lua.h>

/* Adds to the table on top: within(fn). [-0, +0, m] */
void within_open(lua_State *L);

#endif
