/*
** url_set.c: a set of URLs.
*/
#include "jsonapi/url_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define SMALLEST 32

/* What separates parts of a URL; escaped it is another character than as it stands. */
#define SEPARATORS "&=+#%?/"

static int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

/* Reads the escape that `at` begins with; -1 for none. */
static int escaped(const char *at) {
  int high = *at == '%' ? hex_digit(at[1]) : -1;
  int low = high < 0 ? -1 : hex_digit(at[2]);
  return low < 0 ? -1 : high * 16 + low;
}

/* A hash of path and query, never 0. */
static uint64_t hash_url(const char *url) {
  const char *scheme = strstr(url, "://");
  const char *at = scheme == NULL ? url : scheme + 3 + strcspn(scheme + 3, "/?#");
  uint64_t hash = HASH_START;
  while (*at != '\0' && *at != '#') {
    int code = escaped(at);
    char character = code >= 0 ? (char)code : *at == '+' ? ' ' : *at;
    if (code > 0 && strchr(SEPARATORS, character) != NULL) hash = hash_byte(hash, '%');
    hash = hash_byte(hash, (unsigned char)character);
    at += code >= 0 ? 3 : 1;
  }
  return hash == 0 ? 1 : hash;
}

/* The slot that has the hash, or where it belongs. */
static uint64_t *find_slot(uint64_t *slots, size_t capacity, uint64_t hash) {
  size_t i = (size_t)hash & (capacity - 1);
  while (slots[i] != 0 && slots[i] != hash) i = (i + 1) & (capacity - 1);
  return &slots[i];
}

/* Makes room for one more, with a quarter of the slots left free. */
static bool grow(struct url_set *seen) {
  if (4 * (seen->count + 1) <= 3 * seen->capacity) return true;
  size_t capacity = seen->capacity == 0 ? SMALLEST : 2 * seen->capacity;
  uint64_t *slots = calloc(capacity, sizeof *slots);
  if (slots == NULL) return false;
  for (size_t i = 0; i < seen->capacity; i++) {
    uint64_t hash = seen->slots[i];
    if (hash != 0) *find_slot(slots, capacity, hash) = hash;
  }
  free(seen->slots);
  seen->slots = slots;
  seen->capacity = capacity;
  return true;
}

bool url_set_add(struct url_set *seen, const char *url, bool *was_there) {
  if (!grow(seen)) return false;
  uint64_t hash = hash_url(url);
  uint64_t *slot = find_slot(seen->slots, seen->capacity, hash);
  *was_there = *slot == hash;
  if (!*was_there) seen->count++;
  *slot = hash;
  return true;
}

bool url_set_is_same(const char *a, const char *b) {
  return hash_url(a) == hash_url(b);
}

void url_set_free(struct url_set *seen) {
  free(seen->slots);
  *seen = (struct url_set){0};
}
