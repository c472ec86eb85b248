/*
** query_encode.h: a checked query table written as the query of a URL.
*/
#ifndef HARNEST_QUERY_ENCODE_H
#define HARNEST_QUERY_ENCODE_H

#include <lua.h>
#include <stdbool.h>

#include "http/dialect.h"

/* Registers the metatable of the text under construction. [-0, +0, m] */
void query_encode_open(lua_State *L);

/* Pushes the query string of the checked query at `index`; raises when it is too long. [-0, +1, e] */
void query_encode_push(lua_State *L, int index, enum dialect dialect);

/* Pushes the first descending item of the sort of the checked query at `index`; false, nothing pushed, for none. */
bool query_encode_push_descending(lua_State *L, int index);

#endif
