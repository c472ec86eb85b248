/*
** identity.h: the resources of a document by their (type, id): `included` and primary data alike.
** The first of a repeated pair counts (JSON:API 1.1, 7.4 forbids repeats). Holds handles, so it must not outlive the
** document.
*/
#ifndef HARNEST_IDENTITY_H
#define HARNEST_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "json_value.h"

struct identity {
  struct json_value *slots; /* a hash table by open addressing; owned */
  size_t capacity;          /* a power of two; 0 before identity_build */
};

/* Enters the resources of `data` (one or an array) and `included`. False without memory; nothing is held then. */
bool identity_build(struct identity *identity, struct json_value data, struct json_value included);

/* The resource of that type and id (a lid if `is_local`); no value when the document has none. */
struct json_value identity_find(const struct identity *identity, const char *type, size_t type_length, const char *id,
                                size_t id_length, bool is_local);

/* The same for an identifier or resource in the document; no value for what is none. */
struct json_value identity_resolve(const struct identity *identity, struct json_value identifier);

/* Frees the table. */
void identity_free(struct identity *identity);

#endif
