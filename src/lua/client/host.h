/*
** host.h: for hosts of Lua that read streams but cannot poll a descriptor of ours, nginx above all: the engine's line.
*/
#ifndef HARNEST_HOST_H
#define HARNEST_HOST_H

#include <lua.h>

/* Adds core.notify_path, core.notify_start, core.notify_stop and core.notify_send to the table on top. [-0, +0, m] */
void host_open(lua_State *L);

#endif
