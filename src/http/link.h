/*
** link.h: the Link header of a response (RFC 8288).
*/
#ifndef HARNEST_LINK_H
#define HARNEST_LINK_H

#include <stdbool.h>
#include <stddef.h>

/* A link of the header. */
struct link {
  const char *target; /* its URL, within the header; not NUL-terminated */
  size_t length;
  bool is_empty; /* has results="false": the page that it leads to is empty */
};

/*
** Finds the first link with `relation` (case-insensitive) in a header's value; several values may
** be joined by commas or line ends. Links of another context (`anchor`) are skipped. Returns false
** if there is none.
*/
bool link_find(const char *header, const char *relation, struct link *link);

#endif
