/*
** alarm.h: one descriptor that becomes readable both when another one does and when a time has
** passed, for event loops without timers. `core.alarm` in Lua.
*/
#ifndef HARNEST_ALARM_H
#define HARNEST_ALARM_H

#include <lua.h>

/* Adds `alarm` to the table on top, and registers its type. [-0, +0, m] */
void alarm_open(lua_State *L);

#endif
