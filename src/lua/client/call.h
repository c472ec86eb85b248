/*
** call.h: the userdata of one call to the server.
*/
#ifndef HARNEST_CALL_H
#define HARNEST_CALL_H

#include <lua.h>

/*
** Adds core.call, core.call_done, core.call_result and core.call_cancel to the table on top.
** [-0, +0, m]
*/
void call_open(lua_State *L);

#endif
