/*
** value.h: converts JSON values to Lua values without loss of what Lua can represent.
**
** null and empty objects become those of null.h. Arrays get the metatable of
** harnest.array. Integers stay integers if Lua has them. A numeric id of a resource or
** identifier becomes a string (JSON:API 1.1, 5.2: "The values of the id and type members MUST be
** strings").
*/
#ifndef HARNEST_VALUE_H
#define HARNEST_VALUE_H

#include <lua.h>

#include "json/json_value.h"
#include "lua/json/member_names.h"

/*
** Where in a document a value is, as far as it matters for ids. VALUE_RESULT is a result of the
** atomic operations extension.
*/
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
** What value_push uses: absolute stack indices, and the cache of member names, whose table is at
** `name_table`. `names` may be NULL.
*/
struct push_context {
  int resource_metatable, array_metatable, name_table;
  struct member_names *names;
};

/*
** Pushes the Lua value of `value`; nil for JSON_ABSENT. In the context VALUE_RESOURCE, objects are
** resources and get the resource metatable, and an array is an array of resources. All arrays get
** the array metatable. [-0, +1, m]
*/
void value_push(lua_State *L, struct json_value value, enum json_context context,
                const struct push_context *push);

/* Returns the context of the member `name` of an object with the context `context`. */
enum json_context json_context_of_member(enum json_context context, const char *name,
                                         size_t length);

/* Pushes the metatable of arrays. [-0, +1, m] */
void value_push_array_metatable(lua_State *L);

/* Pushes a new array with space for `size` items. [-0, +1, m] */
void value_push_array(lua_State *L, int size);

/* Pops a table and makes it the metatable of arrays. [-1, +0, m] */
void value_set_array_metatable(lua_State *L);

/*
** Pushes the metatable of relationships that a server sent without any member ({}, [] or null,
** though JSON:API 1.1, 7.2.2.2 requires one). They become empty tables, which differ from empty
** to-many relationships. [-0, +1, m]
*/
void value_push_unstated_metatable(lua_State *L);

#endif
