/*
** call.h: the userdata of one call to the server.
*/
#ifndef HARNEST_CALL_H
#define HARNEST_CALL_H

#include <lua.h>

/* Adds the functions on calls to the table on top. [-0, +0, m] */
void call_open(lua_State *L);

#endif
