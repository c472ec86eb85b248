/*
** view.h: objects and arrays of a page as userdata that read it when they are touched.
**
** A view looks like the table that value_push would make, and costs one small userdata. All views of a document share a
** metatable of its own, which keeps the document.
*/
#ifndef HARNEST_VIEW_H
#define HARNEST_VIEW_H

#include <lua.h>
#include <stdbool.h>

#include "json/json_value.h"
#include "lua/json/value.h"

struct document;

/* Pushes a new metatable for views of the document whose userdata is at `index`. [-0, +1, m] */
void view_push_metatable(lua_State *L, int index);

/*
** Pushes a view of `value`, which stands at `place` of the document, or what value_push pushes if it is no object or
** array. `metatable` is the absolute stack index of that document's metatable for views. [-0, +1, m]
*/
void view_push(lua_State *L, int metatable, const struct document *document,
               struct json_value value, enum json_context place);

/*
** Puts the plain values that a view at `index` shows in its place, a resource as view:table() gives it; returns false, and
** leaves it, for anything else. Raises where the view's page is gone. [-0, +0, v]
*/
bool view_make_plain(lua_State *L, int index);

/* Registers the type, and adds core.unwrap_view and core.view_methods to the table on top. [-0, +0, m] */
void view_open(lua_State *L);

#endif
