/*
** document.h: the userdata of a parsed JSON:API document, whose members Lua reads one by one.
**
** A struct document_store is read without Lua and reused for the next response. document_push makes
** a compact copy of it in memory owned by Lua, so that the collector accounts for its size and a
** long list does not fragment the heap. Resources made from a compound document keep its userdata
** alive; others do not.
*/
#ifndef HARNEST_DOCUMENT_H
#define HARNEST_DOCUMENT_H

#include <lua.h>
#include <stdbool.h>

#include "lua/document/document_values.h"

/* Pushes a userdata with a copy of `read`, which stays the caller's. [-0, +1, m] */
void document_push(lua_State *L, const struct document_store *read);

/*
** Makes the document at `index`, which no script has seen, a copy of `read` in the memory that it
** has, if that is possible: neither of them has included resources, and the memory is large enough.
** Returns false otherwise, and changes nothing. [-0, +0, m]
*/
bool document_reuse(lua_State *L, int index, const struct document_store *read);

/* Makes the document at `index` push views instead of tables from now on. [-0, +0, m] */
void document_use_views(lua_State *L, int index);

/*
** Pushes a resource or null of the document at `index`: as a view if the document uses views, else
** as document_push_resource does. [-0, +1, m]
*/
void document_push_item(lua_State *L, int index, struct json_value resource);

/* Pushes a table of all members of the document at `index`. [-0, +1, m] */
void document_push_table(lua_State *L, int index);

/* Registers the metatables. [-0, +0, m] */
void document_open(lua_State *L);

#endif
