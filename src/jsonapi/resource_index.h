/*
** resource_index.h: the resources of a document by their (type, id): `included` and primary data alike.
** The first of a repeated pair counts (JSON:API 1.1, 7.4 forbids repeats). Holds handles, so it must not outlive the
** document.
*/
#ifndef HARNEST_RESOURCE_INDEX_H
#define HARNEST_RESOURCE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_value.h"

struct resource_index {
  struct json_value *slots; /* a hash table by open addressing; owned */
  size_t capacity;          /* a power of two; 0 before resource_index_build */
};

/* Enters the resources of `data` (one or an array) and `included`. False without memory; nothing is held then. */
bool resource_index_build(struct resource_index *identity, struct json_value data,
                          struct json_value included);

/* The resource of that type and id (a lid if `is_local`); no value when the document has none. */
struct json_value resource_index_find(const struct resource_index *identity, const char *type,
                                      size_t type_length, const char *id, size_t id_length,
                                      bool is_local);

/* The same for an identifier or resource in the document; no value for what is none. */
struct json_value resource_index_resolve(const struct resource_index *identity,
                                         struct json_value identifier);

/* Frees the table. */
void resource_index_free(struct resource_index *identity);

#endif
