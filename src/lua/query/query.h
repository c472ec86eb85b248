/*
** query.h: what a script asks for: Lua query tables, merged, checked, and written as the query of a URL.
**
** A query table is a caller's: it is read raw and never written to. A mistake in one raises, with the path of the
** key (`query.filter.tags[2]: …`). What this room pushes is always a new value.
*/
#ifndef HARNEST_QUERY_H
#define HARNEST_QUERY_H

#include <lua.h>
#include <stdbool.h>

#include "http/dialect.h"

/* Adds the functions `query` and `encode_query` to the table on top of the stack. [-0, +0, m] */
void query_open(lua_State *L);

/* Raises unless the value at `index`, a table, is a good query. [-0, +0, e] */
void query_check(lua_State *L, int index);

/*
** Pushes one new table with the queries at `first` to `last` merged, each checked before: later ones win key by key;
** records within records merge, arrays and scalars are replaced whole. nil is skipped, anything else that is no table
** is a bad argument. The result shares no table with the queries. [-0, +1, e]
*/
void query_merge(lua_State *L, int first, int last);

/*
** For a checked query at `index`, pushes its query string without `?`, empty when there is nothing to send, and
** returns true. False when the dialect's server would not do what is asked: then the reason is pushed, for an error of
** kind `refused`. `limit`, `after`, `concurrency`, `exact` and `view` are for the client and not sent. [-0, +1, e]
*/
bool query_push(lua_State *L, int index, enum dialect dialect);

#endif
