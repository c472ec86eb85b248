/*
** decode.h: converts JSON text to Lua values without loss of what Lua can represent; see value.h.
*/
#ifndef HARNEST_DECODE_H
#define HARNEST_DECODE_H

#include <lua.h>

/*
** Adds core.decode(text, context) to the table on top. The text may have any JSON value as its
** root. `context` is "plain" (the default) or "resource"; the latter gives resources their methods.
** Returns the value, or nil and the reason why the text is invalid. [-0, +0, m]
*/
void decode_open(lua_State *L);

#endif
