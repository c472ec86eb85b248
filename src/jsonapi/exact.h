/*
** exact.h: what a filter means where a server matches more than it names (SQL's LIKE): which resources really have the
** values that were asked for. No Lua in it.
*/
#ifndef HARNEST_EXACT_H
#define HARNEST_EXACT_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_value.h"

/* A value that will do. */
struct exact_value {
  char *text; /* as it is written; owned */
  size_t length;
  double number; /* NaN when a text was given */
};

/* An attribute (or "id") and the values that will do for it. */
struct exact_criterion {
  char *name; /* owned */
  struct exact_value *values;
  size_t count;
};

/* All must hold. Zeroed memory holds none and lets everything pass. */
struct exact {
  struct exact_criterion *criteria;
  size_t count;
};

enum exact_verdict { EXACT_PASSES, EXACT_FAILS, EXACT_UNKNOWN };

/* Adds a criterion, with no values yet. False without memory. */
bool exact_add(struct exact *exact, const char *name);

/* Adds a value to the newest criterion: a text, or a number with its text. False without memory. */
bool exact_add_text(struct exact *exact, const char *text, size_t length);
bool exact_add_number(struct exact *exact, double number, const char *text, size_t length);

/*
** Whether a resource has the values. A name that is a relationship's is left to the server. Unknown: the resource has
** neither an attribute nor a relationship of the name put into `missing`.
*/
enum exact_verdict exact_judge(const struct exact *exact, struct json_value resource,
                               const char **missing);

/* Frees all. */
void exact_free(struct exact *exact);

#endif
