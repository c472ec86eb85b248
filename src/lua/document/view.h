/*
** view.h: userdata that show objects and arrays of a page, and read the page when they are indexed.
**
** A view behaves like the table that value_push would make, but costs only a small userdata. All
** views of a document share one metatable, which keeps the document alive.
*/
#ifndef HARNEST_VIEW_H
#define HARNEST_VIEW_H

#include <lua.h>
#include <stdbool.h>

#include "json/json_value.h"
#include "lua/json/value.h"

struct document;

/* Pushes a new metatable for views of the document userdata at `index`. [-0, +1, m] */
void view_push_metatable(lua_State *L, int index);

/*
** Pushes a view of `value`, which has the context `context`; a value that is no object or array is
** pushed as by value_push. `metatable` is the absolute stack index of the document's view
** metatable. [-0, +1, m]
*/
void view_push(lua_State *L, int metatable, const struct document *document,
               struct json_value value, enum json_context context);

/*
** Replaces a view at `index` by its plain value, a resource by the result of view:table(), and
** returns true. Returns false and changes nothing for any other value. Raises if the view's page
** was collected. [-0, +0, v]
*/
bool view_make_plain(lua_State *L, int index);

/*
** Registers the type, and adds core.unwrap_view, core.shows_array and core.view_methods to the
** table on top. [-0, +0, m]
*/
void view_open(lua_State *L);

#endif
