/*
** exact.h: exact comparison for filters. Some servers match more than a filter's value (SQL's
** LIKE). This module decides which resources really have the filter's values.
*/
#ifndef HARNEST_EXACT_H
#define HARNEST_EXACT_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_value.h"

/* An accepted value. */
struct exact_value {
  char *text; /* as formatted; owned; not NUL-terminated */
  size_t length;
  double number; /* NaN if the value is a text */
};

/* An attribute (or "id") and its accepted values. */
struct exact_criterion {
  char *name; /* owned */
  struct exact_value *values;
  size_t count;
};

/* A resource must meet all criteria. Zeroed memory has none and accepts every resource. */
struct exact {
  struct exact_criterion *criteria;
  size_t count;
};

enum exact_verdict { EXACT_PASSES, EXACT_FAILS, EXACT_UNKNOWN };

/* Adds a criterion without values. Copies `name`. Returns false on out of memory. */
bool exact_add(struct exact *exact, const char *name);

/*
** Adds a value to the latest criterion: a text, or a number with its text. Copies the text. Returns
** false on out of memory.
*/
bool exact_add_text(struct exact *exact, const char *text, size_t length);
bool exact_add_number(struct exact *exact, double number, const char *text, size_t length);

/*
** Compares a resource with the criteria. Ignores a criterion with a relationship's name, which only
** the server can check. Returns EXACT_UNKNOWN if the resource has neither an attribute nor a
** relationship of a name, and sets `missing` to it.
*/
enum exact_verdict exact_judge(const struct exact *exact, struct json_value resource,
                               const char **missing);

/* Frees the criteria; the struct is zeroed again. */
void exact_free(struct exact *exact);

#endif
