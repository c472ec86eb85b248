/*
** decode.h: JSON text made into a Lua value, losing nothing that Lua can hold; see value.h.
*/
#ifndef HARNEST_DECODE_H
#define HARNEST_DECODE_H

#include <lua.h>

/*
** Adds to the table on top: decode(text, place): the value, any JSON at the root, or nil and why it is none; place is
** "plain" (the default) or "resource", for the methods of resources. [-0, +0, m]
*/
void decode_open(lua_State *L);

#endif
