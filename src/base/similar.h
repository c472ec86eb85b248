/*
** similar.h: how similar two names are, for suggestions in messages.
*/
#ifndef HARNEST_SIMILAR_H
#define HARNEST_SIMILAR_H

#include <stddef.h>

/* Longer names, in bytes, are similar to none. */
#define SIMILAR_LONGEST 32

/* The result of similar_edits for names that are not similar. */
#define SIMILAR_NONE ((size_t)-1)

/*
** Returns how many letters to add, drop, change or swap with a neighbour turn `name` into `known`
** (optimal string alignment). Case does not count. Returns SIMILAR_NONE if more than one letter in
** three of `name` would change, or if a name is longer than SIMILAR_LONGEST.
*/
size_t similar_edits(const char *name, const char *known);

#endif
