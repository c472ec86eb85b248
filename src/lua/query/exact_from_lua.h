/*
** exact_from_lua.h: converts a query's filter to criteria for exact matches.
*/
#ifndef HARNEST_EXACT_FROM_LUA_H
#define HARNEST_EXACT_FROM_LUA_H

#include <lua.h>

#include "jsonapi/exact.h"

/*
** Adds the filter at `index`, of a checked query, to `exact`, which the caller frees also if this
** raises (out of memory). Skips tables of names within the filter: they concern related resources,
** which only the server can match. [-0, +0, e]
*/
void exact_from_lua(lua_State *L, int index, struct exact *exact);

#endif
