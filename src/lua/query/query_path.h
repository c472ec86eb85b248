/*
** query_path.h: the way from a query's root to the value at hand. It lives on the C stack, a link for each call.
*/
#ifndef HARNEST_QUERY_PATH_H
#define HARNEST_QUERY_PATH_H

#include <stddef.h>

/* How deep the tables of a query may nest. */
#define QUERY_DEPTH 16

struct query_path {
  const struct query_path *parent; /* NULL at the root */
  const char *name; /* a key, which its table keeps alive; NULL for the item of an array */
  size_t length;    /* of the name */
  int position;     /* of an item, from 1 */
  int depth;        /* links above this one */
};

#endif
