/*
** url_set.h: a set of URLs, to notice one that comes again at any distance. It keeps 64-bit hashes, not texts.
*/
#ifndef HARNEST_URL_SET_H
#define HARNEST_URL_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts as {0}, ends with url_set_free. */
struct url_set {
  uint64_t *slots; /* open addressing; 0 is a free slot */
  size_t count;
  size_t capacity; /* a power of two */
};

/*
** Adds an absolute URL; `was_there` tells whether it was in the set before. Scheme, host and fragment do not count,
** nor does how a character is escaped. False without memory.
*/
bool url_set_add(struct url_set *seen, const char *url, bool *was_there);

/* Whether two absolute URLs are the same by these rules. */
bool url_set_is_same(const char *a, const char *b);

/* Frees the set; it is {0} again. */
void url_set_free(struct url_set *seen);

#endif
