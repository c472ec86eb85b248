/*
** table_kind.h: classifies tables as arrays, records or neither.
*/
#ifndef HARNEST_TABLE_KIND_H
#define HARNEST_TABLE_KIND_H

#include <lua.h>

enum table_kind {
  TABLE_KIND_EMPTY,  /* could be either of the next two */
  TABLE_KIND_ARRAY,  /* 1 to n, no holes, nothing else */
  TABLE_KIND_RECORD, /* string keys only */
  TABLE_KIND_MIXED   /* anything else: both kinds of keys, holes, other keys */
};

/*
** Returns the kind of the table at `index`, by its raw keys. Ignores metatables. Needs two free
** stack slots. [-0, +0, -]
*/
enum table_kind table_kind_of(lua_State *L, int index);

#endif
