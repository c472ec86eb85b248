/*
** members.h: checks the tables of calls: resources to write, atomic operations, raw requests.
*/
#ifndef HARNEST_MEMBERS_H
#define HARNEST_MEMBERS_H

#include <lua.h>

/*
** Adds core.check_members(table, kind, prefix) to the table on top. It raises a usage error for an
** unknown or wrong member. [-0, +0, m]
*/
void members_open(lua_State *L);

#endif
