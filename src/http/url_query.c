/*
** url_query.c: the query parameters of a URL.
*/
#include "http/url_query.h"

#include <string.h>

#include "base/percent.h"

const char *url_query_start(const char *url) {
  const char *mark = url + strcspn(url, "?#");
  return *mark == '?' ? mark + 1 : NULL;
}

bool url_query_next(const char **at, struct url_parameter *parameter) {
  const char *text = *at;
  if (text == NULL) return false;
  const char *end = text + strcspn(text, "&#");
  const char *equals = memchr(text, '=', (size_t)(end - text));
  *parameter = (struct url_parameter){.name = text,
                                      .name_end = equals == NULL ? end : equals,
                                      .value = equals == NULL ? end : equals + 1,
                                      .value_end = end};
  *at = *end == '&' ? end + 1 : NULL;
  return true;
}

/*
** Returns the decoded byte at `*at` and moves `*at` after it. A `%` without two digits is literal.
*/
static char decode_next(const char **at, const char *end) {
  char c = **at;
  int escaped = c == '%' ? percent_decode(*at, end) : -1;
  *at += escaped >= 0 ? PERCENT_LENGTH : 1;
  if (escaped >= 0) return (char)escaped;
  return c == '+' ? ' ' : c;
}

bool url_parameter_is(const struct url_parameter *parameter, const char *name) {
  const char *at = parameter->name;
  while (at < parameter->name_end) {
    if (*name == '\0' || decode_next(&at, parameter->name_end) != *name) return false;
    name++;
  }
  return *name == '\0';
}

struct url_query url_query_read(const char *url) {
  struct url_query query = {.count = 0, .rest = url_query_start(url)};
  while (query.count < URL_QUERY_FOUND && url_query_next(&query.rest, &query.found[query.count]))
    query.count++;
  return query;
}

/* Finds the first parameter with this name. Returns false if there is none. */
static bool find(const struct url_query *query, const char *name, struct url_parameter *parameter) {
  for (size_t i = 0; i < query->count; i++) {
    if (!url_parameter_is(&query->found[i], name)) continue;
    *parameter = query->found[i];
    return true;
  }
  for (const char *at = query->rest; url_query_next(&at, parameter);)
    if (url_parameter_is(parameter, name)) return true;
  return false;
}

bool url_query_has(const struct url_query *query, const char *name) {
  struct url_parameter parameter;
  return find(query, name, &parameter);
}

const char *url_query_get(const struct url_query *query, const char *name, char *value,
                          size_t size) {
  struct url_parameter parameter;
  if (!find(query, name, &parameter)) return NULL;
  size_t length = 0;
  for (const char *at = parameter.value; at < parameter.value_end; length++) {
    char c = decode_next(&at, parameter.value_end);
    if (c == '\0' || length + 1 >= size) return NULL;
    value[length] = c;
  }
  value[length] = '\0';
  return value;
}
