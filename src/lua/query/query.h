/*
** query.h: checks and merges query tables, and encodes them as the query of a URL.
**
** Query tables are read raw and never written to. A wrong value raises a usage error that begins
** with its path (`query.filter.tags[2]: …`). Functions that push always push new values.
*/
#ifndef HARNEST_QUERY_H
#define HARNEST_QUERY_H

#include <lua.h>
#include <stdbool.h>

#include "http/dialect.h"

/* Adds the functions `query` and `encode_query` to the table on top. [-0, +0, m] */
void query_open(lua_State *L);

/* Raises a usage error unless the table at `index` is a valid query. [-0, +0, e] */
void query_check(lua_State *L, int index);

/*
** Checks the queries at `first` to `last` and pushes one new table with all of them merged. Later
** ones override key by key; records within records merge, arrays and scalars are replaced. Skips
** nil; raises for any other value that is no table. The result shares no table with the queries.
** [-0, +1, e]
*/
void query_merge(lua_State *L, int first, int last);

/*
** Pushes the query string of the checked query at `index`, without `?` and empty if there is
** nothing to send, and returns true. If the dialect's server does not support the query, pushes the
** reason, for an error of kind "refused", and returns false. `limit`, `after`, `concurrency`,
** `exact`, `view`, `null`, `missing`, `sparse` and `lines` are for the client and not sent.
** [-0, +1, e]
*/
bool query_push(lua_State *L, int index, enum dialect dialect);

#endif
