/* hash_set.h: a set of 64-bit hashes. */
#ifndef HARNEST_HASH_SET_H
#define HARNEST_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed memory is empty. Caller frees it by hash_set_free. */
struct hash_set {
  uint64_t *slots; /* open addressing; 0 is a free slot */
  size_t count;
  size_t capacity; /* a power of two */
};

/*
** Adds a hash, which must not be 0; sets `was_there` if the set already had it. Returns false on
** out of memory.
*/
bool hash_set_add(struct hash_set *set, uint64_t hash, bool *was_there);

/* Frees the set; the struct is zeroed again. */
void hash_set_free(struct hash_set *set);

#endif
