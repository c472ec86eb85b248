/*
** link.h: the Link header of a response (RFC 8288).
*/
#ifndef HARNEST_LINK_H
#define HARNEST_LINK_H

#include <stdbool.h>
#include <stddef.h>

/*
** Finds the first link with `relation` (case-insensitive) in a header's value; several values may
** be joined by commas or line ends. Links of another context (`anchor`) are skipped. Returns false
** if there is none. `*target`, of `*length` bytes, points into `header`.
*/
bool link_find(const char *header, const char *relation, const char **target, size_t *length);

#endif
