/*
** query_path.h: the path from a query's root to the value being checked or encoded. Its links are
** on the C stack, one for each call.
*/
#ifndef HARNEST_QUERY_PATH_H
#define HARNEST_QUERY_PATH_H

#include <stddef.h>

/* The largest depth of nested tables in a query. */
#define QUERY_DEPTH 16

struct query_path {
  const struct query_path *parent; /* NULL at the root */
  const char *name;                /* a key, owned by its table; NULL for the item of an array */
  size_t length;                   /* of the name */
  int position;                    /* of an item, from 1 */
  int depth;                       /* links above this one */
};

#endif
