/*
** url_set.c: a set of URLs.
*/
#include "jsonapi/url_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/percent.h"

#define SMALLEST 32

/* Separators of a URL's parts. Percent-encoded they are distinct characters (RFC 3986, 2.2). */
#define SEPARATORS "&=+#%?/"

/* Returns a hash of path and query, never 0. */
static uint64_t hash_url(const char *url) {
  const char *scheme = strstr(url, "://");
  const char *at = scheme == NULL ? url : scheme + 3 + strcspn(scheme + 3, "/?#");
  const char *end = at + strcspn(at, "#");
  uint64_t hash = HASH_START;
  while (at < end) {
    int code = percent_decode(at, end);
    char character = code >= 0 ? (char)code : *at == '+' ? ' ' : *at;
    if (code > 0 && strchr(SEPARATORS, character) != NULL) hash = hash_byte(hash, '%');
    hash = hash_byte(hash, (unsigned char)character);
    at += code >= 0 ? PERCENT_LENGTH : 1;
  }
  return hash == 0 ? 1 : hash;
}

/* Returns the slot with the hash, or the free slot for it. */
static uint64_t *find_slot(uint64_t *slots, size_t capacity, uint64_t hash) {
  size_t i = (size_t)hash & (capacity - 1);
  while (slots[i] != 0 && slots[i] != hash) i = (i + 1) & (capacity - 1);
  return &slots[i];
}

/* Ensures capacity for one more. A quarter of the slots stays free. */
static bool grow(struct url_set *set) {
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

bool url_set_add(struct url_set *set, const char *url, bool *was_there) {
  if (!grow(set)) return false;
  uint64_t hash = hash_url(url);
  uint64_t *slot = find_slot(set->slots, set->capacity, hash);
  *was_there = *slot == hash;
  if (!*was_there) set->count++;
  *slot = hash;
  return true;
}

bool url_set_is_same(const char *a, const char *b) {
  return hash_url(a) == hash_url(b);
}

void url_set_free(struct url_set *set) {
  free(set->slots);
  *set = (struct url_set){0};
}
