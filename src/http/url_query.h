/*
** url_query.h: the query parameters of a URL. Names and values are compared and returned decoded,
** `+` as a space.
*/
#ifndef HARNEST_URL_QUERY_H
#define HARNEST_URL_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* One `name=value` of a query, still encoded. */
struct url_parameter {
  const char *name, *name_end;
  const char *value, *value_end; /* both at the end if there is no `=` */
};

/* The number of parameters that are found once; more are searched each time. */
#define URL_QUERY_FOUND 8

/* The query of one URL, valid as long as its text. */
struct url_query {
  struct url_parameter found[URL_QUERY_FOUND];
  size_t count;
  const char *rest; /* where to go on after those; NULL at the end */
};

/* Returns where url_query_next starts: after the `?`; NULL if the URL has no query. */
const char *url_query_start(const char *url);

/*
** Sets `parameter` to the parameter at `*at` and moves `*at` to the next one. Returns false at the
** end, where `*at` is NULL.
*/
bool url_query_next(const char **at, struct url_parameter *parameter);

/* Whether a parameter has this name. */
bool url_parameter_is(const struct url_parameter *parameter, const char *name);

struct url_query url_query_read(const char *url);

/* Whether the query has a parameter `name`. */
bool url_query_has(const struct url_query *query, const char *name);

/*
** Writes the decoded value of the first parameter `name` to `value`, of `size` bytes, and returns
** it; "" if it has no `=`. Returns NULL if there is none, if it contains a NUL, or if it is too
** long.
*/
const char *url_query_get(const struct url_query *query, const char *name, char *value,
                          size_t size);

#endif
