/*
** path.h: the path from a root to the value that is checked or encoded, and errors that begin with
** it. Its links are on the C stack, one for each table on the path.
*/
#ifndef HARNEST_PATH_H
#define HARNEST_PATH_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct path {
  const struct path *parent; /* NULL at the root */
  const char *name;  /* a key, owned by Lua; NULL for an item; the root's may be NULL or empty */
  size_t length;     /* of the name */
  size_t position;   /* of an item, from 1 */
  int depth;         /* links above this one */
  const void *table; /* the table at this link; NULL for other values */
};

/*
** Pushes the path as a script would write it, `attributes.lines[3].price`. A name that is no plain
** text is in brackets and quotes: `filter["a.b"]`. An empty string for a root without a name.
** [-0, +1, m]
*/
void path_push(lua_State *L, const struct path *path);

/*
** Returns whether the value at `index` is a string that a path shows without brackets and quotes.
** [-0, +0, -]
*/
bool path_has_plain_name(lua_State *L, int index);

/* Raises a usage error: the path, ": " and the rest as formatted by lua_pushfstring. [-0, +0, v] */
void path_raise(lua_State *L, const struct path *path, const char *format, ...);

#endif
