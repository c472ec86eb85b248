/*
** value.h: JSON values made into Lua values, losing nothing that Lua can hold.
**
** null becomes a light userdata of NULL (what lua-cjson and nginx use too), arrays carry the metatable of
** harnest.array, integers stay integers where Lua has them. In the places where JSON:API puts a resource its id becomes
** text if the server sent a number (JSON:API 1.1, 5.2: "The values of the id and type members MUST be strings").
*/
#ifndef HARNEST_VALUE_H
#define HARNEST_VALUE_H

#include <lua.h>

#include "json/json_value.h"

/* What stands at a place of a document, as far as it matters for ids. A result is one of the atomic extension's. */
enum json_context {
  VALUE_PLAIN,
  VALUE_RESULT,
  VALUE_RESOURCE,
  VALUE_RELATIONSHIPS,
  VALUE_RELATIONSHIP,
  VALUE_LINKAGE,
  VALUE_ID
};

/*
** Member names seen lately, so that the names that all resources of a page repeat are found by a comparison in place of
** Lua's hashing and interning. A name lies in the slot that `slots` says, its Lua string at that slot of a table, counted
** on from a number of the caller's. The pointers lead into the document. Zeroed memory is an empty set.
*/
#define VALUE_NAMES 128
struct value_names {
  struct {
    const char *name;
    size_t length;
  } slots[VALUE_NAMES];
};

/*
** The stack indices, all absolute, of what values are made with, and where in `name_table` the names begin. `names` may be
** NULL: then there is no table of them.
*/
struct push_context {
  int resource_metatable, array_metatable, name_table, first_name;
  struct value_names *names;
};

/*
** Pushes the Lua value of `value` (nil for none). With VALUE_RESOURCE the objects that are resources get the resource
** metatable; an array there is an array of them. All arrays get the array metatable. [-0, +1, m]
*/
void value_push(lua_State *L, struct json_value value, enum json_context place,
                const struct push_context *making);

/* What stands at the member `name` of an object that stands at `place`. */
enum json_context json_context_of_member(enum json_context place, const char *name, size_t length);

/* Pushes the metatable of arrays. [-0, +1, m] */
void value_push_array_metatable(lua_State *L);

/* Pushes light userdata NULL. [-0, +1, -] */
void value_push_null(lua_State *L);

/* Whether the value at `index` is JSON's null. [-0, +0, -] */
int value_is_null(lua_State *L, int index);

/* Pushes a new empty array for `size` items. [-0, +1, m] */
void value_push_array(lua_State *L, int size);

/* Makes the table on top the metatable of arrays. [-1, +0, m] */
void value_set_array_metatable(lua_State *L);

/*
** Pushes the metatable of relationships that a server sent without anything in them ({}, [] or null, though JSON:API
** 1.1, 7.2.2.2 wants a member): empty tables that say nothing, not empty relationships. [-0, +1, m]
*/
void value_push_unstated_metatable(lua_State *L);

#endif
