/*
** resource_index.h: the resources of a document, `included` and primary data, by (type, id). The
** first of duplicates counts (JSON:API 1.1, 7.4 forbids them). The index refers to the document's
** values and must not outlive it.
*/
#ifndef HARNEST_RESOURCE_INDEX_H
#define HARNEST_RESOURCE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_value.h"

struct resource_index {
  struct json_value *slots; /* hash table, open addressing; owned */
  size_t capacity;          /* a power of two; 0 before resource_index_build */
};

/*
** Adds the resources of `data` (one or an array) and `included`. Returns false on out of memory;
** the index is empty then.
*/
bool resource_index_build(struct resource_index *index, struct json_value data,
                          struct json_value included);

/* Returns the resource with that type and id (lid if `is_local`); no value if there is none. */
struct json_value resource_index_find(const struct resource_index *index, const char *type,
                                      size_t type_length, const char *id, size_t id_length,
                                      bool is_local);

/*
** The same for a resource identifier or a resource of the document. Returns no value for anything
** else.
*/
struct json_value resource_index_resolve(const struct resource_index *index,
                                         struct json_value identifier);

/* Frees the table; the struct is zeroed again. */
void resource_index_free(struct resource_index *index);

#endif
