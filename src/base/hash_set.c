/*
** hash_set.c: a set of 64-bit hashes.
*/
#include "base/hash_set.h"

#include <stdlib.h>

#define SMALLEST 32

/* Returns the slot with the hash, or the free slot for it. */
static uint64_t *find_slot(uint64_t *slots, size_t capacity, uint64_t hash) {
  size_t i = (size_t)hash & (capacity - 1);
  while (slots[i] != 0 && slots[i] != hash) i = (i + 1) & (capacity - 1);
  return &slots[i];
}

/* Ensures capacity for one more. A quarter of the slots stays free. */
static bool grow(struct hash_set *set) {
  if (4 * (set->count + 1) <= 3 * set->capacity) return true;
  size_t capacity = set->capacity == 0 ? SMALLEST : 2 * set->capacity;
  uint64_t *slots = calloc(capacity, sizeof *slots);
  if (slots == NULL) return false;
  for (size_t i = 0; i < set->capacity; i++) {
    uint64_t hash = set->slots[i];
    if (hash != 0) *find_slot(slots, capacity, hash) = hash;
  }
  free(set->slots);
  set->slots = slots;
  set->capacity = capacity;
  return true;
}

bool hash_set_add(struct hash_set *set, uint64_t hash, bool *was_there) {
  if (!grow(set)) return false;
  uint64_t *slot = find_slot(set->slots, set->capacity, hash);
  *was_there = *slot == hash;
  if (!*was_there) set->count++;
  *slot = hash;
  return true;
}

void hash_set_free(struct hash_set *set) {
  free(set->slots);
  *set = (struct hash_set){0};
}
