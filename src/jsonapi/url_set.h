/* url_set.h: a set of URLs, to detect loops of any length. It stores 64-bit hashes, not texts. */
#ifndef HARNEST_URL_SET_H
#define HARNEST_URL_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed memory is empty. Caller frees it by url_set_free. */
struct url_set {
  uint64_t *slots; /* open addressing; 0 is a free slot */
  size_t count;
  size_t capacity; /* a power of two */
};

/*
** Adds an absolute URL; sets `was_there` if the set already had it. The comparison ignores scheme,
** host, fragment, and whether a character is percent-encoded (except separators). Returns false on
** out of memory.
*/
bool url_set_add(struct url_set *set, const char *url, bool *was_there);

/* Whether two absolute URLs are equal by these rules. */
bool url_set_is_same(const char *a, const char *b);

/* Frees the set; the struct is zeroed again. */
void url_set_free(struct url_set *set);

#endif
