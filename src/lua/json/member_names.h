/*
** member_names.h: a cache of member names, one for the whole Lua state. All resources of a list
** repeat the same names; comparing with a cached one is faster than Lua's hashing and interning.
*/
#ifndef HARNEST_MEMBER_NAMES_H
#define HARNEST_MEMBER_NAMES_H

#include <lua.h>
#include <stddef.h>

/* The cache, owned by its table in Lua, which also holds its strings. */
struct member_names;

/*
** Pushes the table of the cache and returns the cache, which is valid while the table is.
** [-0, +1, e]
*/
struct member_names *member_names_push_table(lua_State *L);

/*
** Pushes the string of `length` bytes at `name`. `table` is the absolute index of the cache's
** table. Needs
** two free stack slots. [-0, +1, m]
*/
void member_names_push(lua_State *L, struct member_names *names, int table, const char *name,
                       size_t length);

/* Makes the cache. Call it before the other functions. [-0, +0, m] */
void member_names_open(lua_State *L);

#endif
