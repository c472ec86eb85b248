/*
** link.c: the Link header of a response (RFC 8288):  <URL>; rel="next last"; title="a, b", <URL>;
** rel=prev
*/
#include "http/link.h"

#include <string.h>
#include <strings.h>

struct slice {
  const char *start;
  size_t length;
};

static const char *skip(const char *at, const char *characters) {
  return at + strspn(at, characters);
}

static bool same(struct slice slice, const char *text) {
  return slice.length == strlen(text) && strncasecmp(slice.start, text, slice.length) == 0;
}

/* Reads a token or a quoted string, which stays escaped. Returns the position after it. */
static const char *read_value(const char *at, struct slice *value) {
  if (*at != '"') {
    *value = (struct slice){at, strcspn(at, " \t\r\n;,")};
    return at + value->length;
  }
  const char *end = ++at;
  while (*end != '\0' && *end != '"') end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
  *value = (struct slice){at, (size_t)(end - at)};
  return *end == '"' ? end + 1 : end;
}

/*
** Reads one `; name=value`; the value may be missing. Returns the position after it, or NULL if
** there is none.
*/
static const char *read_parameter(const char *at, struct slice *name, struct slice *value) {
  at = skip(at, " \t");
  if (*at != ';') return NULL;
  at = skip(at, "; \t");
  *name = (struct slice){at, strcspn(at, " \t\r\n=;,")};
  *value = (struct slice){at, 0};
  const char *after = skip(at + name->length, " \t");
  return *after == '=' ? read_value(skip(after + 1, " \t"), value) : after;
}

/* Whether a space-separated list contains the relation. */
static bool has_relation(struct slice list, const char *relation) {
  const char *at = list.start, *end = list.start + list.length;
  while (at < end) {
    struct slice word = {at, 0};
    while (at < end && *at != ' ' && *at != '\t') at++;
    word.length = (size_t)(at - word.start);
    if (same(word, relation)) return true;
    at++;
  }
  return false;
}

/* The parameters of one link. */
struct parameters {
  struct slice relations; /* the first `rel`; start is NULL if there is none */
  bool anchored;          /* has `anchor`, so that it is a link of another context */
  bool is_empty;          /* has results="false" */
};

/* Reads the parameters of one link. Returns the position after them. */
static const char *read_parameters(const char *at, struct parameters *parameters) {
  struct slice name, value;
  const char *after;
  *parameters = (struct parameters){{NULL, 0}, false, false};
  while ((after = read_parameter(at, &name, &value)) != NULL) {
    if (same(name, "rel") && parameters->relations.start == NULL) parameters->relations = value;
    if (same(name, "anchor")) parameters->anchored = true;
    if (same(name, "results") && same(value, "false")) parameters->is_empty = true;
    at = after;
  }
  return at;
}

bool link_find(const char *header, const char *relation, struct link *link) {
  const char *at = header;
  while ((at = strchr(at, '<')) != NULL) {
    const char *end = strchr(at, '>');
    if (end == NULL) return false;
    struct parameters parameters;
    struct slice url = {at + 1, (size_t)(end - at - 1)};
    at = read_parameters(end + 1, &parameters);
    if (parameters.anchored || parameters.relations.start == NULL ||
        !has_relation(parameters.relations, relation))
      continue;
    *link = (struct link){url.start, url.length, parameters.is_empty};
    return true;
  }
  return false;
}
