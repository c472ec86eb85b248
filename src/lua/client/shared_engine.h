/*
** shared_engine.h: the engine that all clients of a Lua state share.
*/
#ifndef HARNEST_SHARED_ENGINE_H
#define HARNEST_SHARED_ENGINE_H

#include <lua.h>

#include "http/session.h"

/* Pushes the userdata of the Lua state's engine; creates it on first use. [-0, +1, m] */
struct session_engine *shared_engine_push(lua_State *L);

/* Adds core.engine_hold to the table on top. [-0, +0, m] */
void shared_engine_open(lua_State *L);

#endif
