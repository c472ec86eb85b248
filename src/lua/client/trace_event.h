/*
** trace_event.h: passes trace events to Lua.
*/
#ifndef HARNEST_TRACE_EVENT_H
#define HARNEST_TRACE_EVENT_H

#include <lua.h>

/* Adds take_event to the table on top. [-0, +0, m] */
void trace_event_open(lua_State *L);

#endif
