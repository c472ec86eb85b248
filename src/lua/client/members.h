/*
** members.h: checks the tables of calls: resources to write, atomic operations, raw requests.
*/
#ifndef HARNEST_MEMBERS_H
#define HARNEST_MEMBERS_H

#include <lua.h>

/*
** Adds to the table on top: check_members(table, kind, prefix), which raises a usage error for an
** unknown or wrong member; describe(value) and array_length(value) for other checks in Lua.
** [-0, +0, m]
*/
void members_open(lua_State *L);

#endif
