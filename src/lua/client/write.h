/*
** write.h: checks the tables of create, update and delete.
*/
#ifndef HARNEST_WRITE_H
#define HARNEST_WRITE_H

#include <lua.h>

/*
** Adds core.check_write(table, prefix) to the table on top. It raises a usage error that names a
** wrong member. [-0, +0, m]
*/
void write_open(lua_State *L);

#endif
