/*
** alarm.h: one descriptor that tells both that another is readable and that a time has come, for event loops that know
** descriptors but no timers. `core.alarm` in Lua.
*/
#ifndef HARNEST_ALARM_H
#define HARNEST_ALARM_H

#include <lua.h>

/* Adds alarm to the table on top, and registers the type of alarms. [-0, +0, m] */
void alarm_open(lua_State *L);

#endif
