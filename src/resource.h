/*
** resource.h: what a resource table can do beyond being a table: related and ref.
*/
#ifndef HARNEST_RESOURCE_H
#define HARNEST_RESOURCE_H

#include <lua.h>

/*
** Pushes a metatable for resources: a new one that holds the document userdata at stack index `document`, or the one
** shared by resources without a document when that is 0. [-0, +1, m]
*/
void resource_push_metatable(lua_State *L, int document);

/* Registers the shared metatable. [-0, +0, m] */
void resource_open(lua_State *L);

#endif
