/*
** document.h: one parsed JSON:API document, and the userdata by which Lua reads it member by member.
**
** A struct document is read without Lua and used again for the next reading; document_push makes a compact copy of it
** in memory of Lua's own, so that the collector knows its weight and a long list leaves no holes in the heap.
** Resources made from a compound document keep that userdata alive, others do not.
*/
#ifndef HARNEST_DOCUMENT_H
#define HARNEST_DOCUMENT_H

#include <lua.h>
#include <stdbool.h>

#include "lua/document/document_values.h"

/* Pushes a userdata with a copy of what was read. [-0, +1, m] */
void document_push(lua_State *L, const struct document_store *read);

/* Makes the userdata at `index` give views in place of tables from now on. [-0, +0, m] */
void document_give_views(lua_State *L, int index);

/* Pushes a resource or null as the document gives them: a view, or as document_push_resource. [-0, +1, m] */
void document_push_item(lua_State *L, int index, struct json_value resource);

/* Pushes the document of the userdata at `index` as a table of all its members, which are what it gives. [-0, +1, m] */
void document_push_table(lua_State *L, int index);

/* Registers the metatable. [-0, +0, m] */
void document_open(lua_State *L);

#endif
