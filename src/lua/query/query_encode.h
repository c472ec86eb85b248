/*
** query_encode.h: encodes a checked query table as the query of a URL.
*/
#ifndef HARNEST_QUERY_ENCODE_H
#define HARNEST_QUERY_ENCODE_H

#include <lua.h>
#include <stdbool.h>

#include "http/dialect.h"

/* The largest depth of nested tables in a query. */
#define QUERY_DEPTH 16

/* Registers the type that owns the text while it is written. [-0, +0, m] */
void query_encode_open(lua_State *L);

/* Pushes the query string of the checked query at `index`. Raises if it is too long. [-0, +1, e] */
void query_encode_push(lua_State *L, int index, enum dialect dialect);

/*
** Pushes the first descending name of the sort of the checked query at `index` and returns true;
** pushes nothing and returns false if there is none. [-0, +(0|1), m]
*/
bool query_encode_push_descending(lua_State *L, int index);

#endif
