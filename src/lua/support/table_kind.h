/*
** table_kind.h: which of the things that Lua writes as a table a table is.
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

/* The shape of the table at `index`, by its raw keys; metatables have no say. Needs two free slots. [-0, +0, -] */
enum table_kind table_kind_of(lua_State *L, int index);

#endif
