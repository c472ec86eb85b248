/*
** host.h: for hosts of Lua that read streams but cannot poll a descriptor of ours, nginx above all: the engine's line.
*/
#ifndef HARNEST_HOST_H
#define HARNEST_HOST_H

#include <lua.h>

/* Adds core.line_path, core.line_listen, core.line_hush and core.line_ring to the table on top. [-0, +0, m] */
void host_open(lua_State *L);

#endif
