/*
** host.h: the engine's notification socket, for host programs of Lua that can read streams but
** cannot poll a descriptor of the engine, such as nginx.
*/
#ifndef HARNEST_HOST_H
#define HARNEST_HOST_H

#include <lua.h>

/*
** Adds core.notify_path, notify_start, notify_stop and notify_send to the table on top. [-0, +0, m]
*/
void host_open(lua_State *L);

#endif
