/*
** write.h: whether a table that a script gives to be written is one.
*/
#ifndef HARNEST_WRITE_H
#define HARNEST_WRITE_H

#include <lua.h>

/* Adds to the table on top: check_write(table, prefix): raises for a wrong member, naming it. [-0, +0, m] */
void write_open(lua_State *L);

#endif
