/*
** link.h: the Link header of an answer (RFC 8288).
*/
#ifndef HARNEST_LINK_H
#define HARNEST_LINK_H

#include <stdbool.h>
#include <stddef.h>

/*
** Finds the first link of `relation` (without regard to case) in a header's value. Several values may be joined by
** commas or line ends. Links about another context (`anchor`) are passed over. `target` becomes a slice of `header`.
*/
bool link_find(const char *header, const char *relation, const char **target, size_t *length);

#endif
