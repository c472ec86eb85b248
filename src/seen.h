/*
** seen.h: a set of URLs, to notice one that comes again at any distance. It keeps 64-bit hashes, not texts.
*/
#ifndef HARNEST_SEEN_H
#define HARNEST_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts as {0}, ends with seen_free. */
struct seen {
  uint64_t *slots; /* open addressing; 0 is a free slot */
  size_t count;
  size_t capacity; /* a power of two */
};

/*
** Adds an absolute URL; `was_there` tells whether it was in the set before. Scheme, host and fragment do not count,
** nor does how a character is escaped. False without memory.
*/
bool seen_add(struct seen *seen, const char *url, bool *was_there);

/* Whether two absolute URLs are the same by these rules. */
bool seen_is_same(const char *a, const char *b);

/* Frees the set; it is {0} again. */
void seen_free(struct seen *seen);

#endif
