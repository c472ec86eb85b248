/*
** exact_read.h: a query's filter made into criteria.
*/
#ifndef HARNEST_EXACT_READ_H
#define HARNEST_EXACT_READ_H

#include <lua.h>

#include "exact.h"

/*
** Adds the filter at `index`, of a checked query, to criteria that have an owner. Tables of names within it are a matter
** of related resources and left to the server. [-0, +0, e]
*/
void exact_read(lua_State *L, int index, struct exact *exact);

#endif
