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

#include "json.h"

/* What stands at a place of a document, as far as it matters for ids. */
enum value_place { VALUE_PLAIN, VALUE_RESOURCE, VALUE_RELATIONSHIPS, VALUE_RELATIONSHIP, VALUE_LINKAGE, VALUE_ID };

/* Bytes that hold any number's text. */
#define VALUE_NUMBER_TEXT 40

/*
** Pushes the Lua value of `value` (nil for none). With VALUE_RESOURCE the objects that are resources get the metatable
** at absolute stack index `resource_metatable`; an array there is an array of them. All arrays get the one at
** `array_metatable`. [-0, +1, m]
*/
void value_push(lua_State *L, struct json_value value, enum value_place place, int resource_metatable,
                int array_metatable);

/* Pushes the metatable of arrays. [-0, +1, m] */
void value_push_array_metatable(lua_State *L);

/* Pushes light userdata NULL. [-0, +1, -] */
void value_push_null(lua_State *L);

/* Whether the value at `index` is JSON's null. [-0, +0, -] */
int value_is_null(lua_State *L, int index);

/* Pushes a new empty array for `size` items. [-0, +1, m] */
void value_push_array(lua_State *L, int size);

/* The text of an id: the string itself, or a number as text put into `room`. False for anything else. */
int value_id_text(struct json_value id, char room[VALUE_NUMBER_TEXT], const char **text, size_t *length);

/* Makes the table on top the metatable of arrays. [-1, +0, m] */
void value_set_array_metatable(lua_State *L);

#endif
