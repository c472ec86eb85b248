/*
** encode_path.h: the path from the root to the value being encoded, and errors that begin with it.
** Its links are on the C stack, one for each table on the path.
*/
#ifndef HARNEST_ENCODE_PATH_H
#define HARNEST_ENCODE_PATH_H

#include <lua.h>
#include <stddef.h>

struct encode_path {
  const struct encode_path *parent; /* NULL at the root */
  const char *name;  /* a key on the Lua stack; NULL for an item; the root's may be NULL or empty */
  size_t length;     /* of the name */
  size_t position;   /* of an item, from 1 */
  int depth;         /* links above this one */
  const void *table; /* the table at this link; NULL for other values */
};

/*
** Pushes the path as a script would write it, `attributes.lines[3].price`; an empty string for a
** root without a name. [-0, +1, m]
*/
void encode_path_push(lua_State *L, const struct encode_path *path);

/* Raises a usage error: the path, ": " and the rest as formatted by lua_pushfstring. [-0, +0, v] */
void encode_path_raise(lua_State *L, const struct encode_path *path, const char *format, ...);

#endif
