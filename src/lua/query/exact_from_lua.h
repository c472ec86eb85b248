/*
** exact_from_lua.h: a query's filter made into criteria.
*/
#ifndef HARNEST_EXACT_FROM_LUA_H
#define HARNEST_EXACT_FROM_LUA_H

#include <lua.h>

#include "jsonapi/exact.h"

/*
** Adds the filter at `index`, of a checked query, to criteria that have an owner. Tables of names within it are a matter
** of related resources and left to the server. [-0, +0, e]
*/
void exact_from_lua(lua_State *L, int index, struct exact *exact);

#endif
