/*
** shape.h: which of the things that Lua writes as a table a table is.
*/
#ifndef HARNEST_SHAPE_H
#define HARNEST_SHAPE_H

#include <lua.h>

enum shape {
  SHAPE_EMPTY,  /* could be either of the next two */
  SHAPE_ARRAY,  /* 1 to n, no holes, nothing else */
  SHAPE_RECORD, /* string keys only */
  SHAPE_MIXED   /* anything else: both kinds of keys, holes, other keys */
};

/* The shape of the table at `index`, by its raw keys; metatables have no say. Needs two free slots. [-0, +0, -] */
enum shape shape_of(lua_State *L, int index);

#endif
