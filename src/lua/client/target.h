/*
** target.h: converts a target (a type, path or link) to the URL to request.
*/
#ifndef HARNEST_TARGET_H
#define HARNEST_TARGET_H

#include <lua.h>

/* Adds core.url, core.is_under_base and core.resolve to the table on top. [-0, +0, m] */
void target_open(lua_State *L);

#endif
