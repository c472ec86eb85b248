/*
** target.h: what a script names — a type, a path, a link — made into the URL to ask.
*/
#ifndef HARNEST_TARGET_H
#define HARNEST_TARGET_H

#include <lua.h>

/* Adds `url`, `is_own` and `resolve` to the table on top. [-0, +0, m] */
void target_open(lua_State *L);

#endif
