/*
** encode_path.h: the way from the value being written to the one at hand, and complaints that name it. It lives on the
** C stack, a link for each table on the way.
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
  const void *table; /* the value there, when it is a table that was entered */
};

/* Pushes the path as a script would write it, `attributes.lines[3].price`; an empty string for a nameless root. [-0, +1, m] */
void encode_path_push(lua_State *L, const struct encode_path *path);

/* Raises a caller's mistake: `path: ` and what lua_pushfstring makes of the rest. */
void encode_path_complain(lua_State *L, const struct encode_path *path, const char *format, ...);

#endif
