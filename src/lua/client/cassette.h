/*
** cassette.h: cassettes as userdata. lua/harnest/cassette.lua has what they are for.
*/
#ifndef HARNEST_LUA_CASSETTE_H
#define HARNEST_LUA_CASSETTE_H

#include <lua.h>

#include "cassette/cassette.h"

/* Returns the cassette at `index`; NULL for any other value. [-0, +0, m] */
struct cassette *cassette_test(lua_State *L, int index);

/* Adds core.cassette and the functions on cassettes to the table on top. [-0, +0, m] */
void cassette_module_open(lua_State *L);

#endif
