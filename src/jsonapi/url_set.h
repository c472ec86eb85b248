/* url_set.h: URLs in a set of hashes, to detect loops of any length. */
#ifndef HARNEST_URL_SET_H
#define HARNEST_URL_SET_H

#include "base/hash_set.h"

/*
** Adds an absolute URL; sets `was_there` if the set already had it. The comparison ignores scheme,
** host, fragment, and whether a character is percent-encoded (except separators). Returns false on
** out of memory.
*/
bool url_set_add(struct hash_set *set, const char *url, bool *was_there);

/* Whether two absolute URLs are equal by these rules. */
bool url_set_is_same(const char *a, const char *b);

#endif
