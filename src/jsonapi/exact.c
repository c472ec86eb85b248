/*
** exact.c: exact comparison of resources with a filter's values.
*/
#include "jsonapi/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number_format.h"
#include "json/json_id.h"

bool exact_add(struct exact *exact, const char *name) {
  struct exact_criterion *more = realloc(exact->criteria, (exact->count + 1) * sizeof *more);
  if (more == NULL) return false;
  exact->criteria = more;
  more[exact->count] = (struct exact_criterion){.name = strdup(name)};
  return more[exact->count++].name != NULL;
}

bool exact_add_number(struct exact *exact, double number, const char *text, size_t length) {
  struct exact_criterion *criterion = &exact->criteria[exact->count - 1];
  struct exact_value *more = realloc(criterion->values, (criterion->count + 1) * sizeof *more);
  if (more == NULL) return false;
  criterion->values = more;
  struct exact_value value = {.text = malloc(length + 1), .length = length, .number = number};
  if (value.text == NULL) return false;
  memcpy(value.text, text, length);
  more[criterion->count++] = value;
  return true;
}

bool exact_add_text(struct exact *exact, const char *text, size_t length) {
  return exact_add_number(exact, NAN, text, length);
}

static bool is_text(const struct exact_value *value, const char *text, size_t length) {
  return value->length == length && memcmp(value->text, text, length) == 0;
}

static bool is_integer(const struct exact_value *value, int64_t integer) {
  char digits[NUMBER_FORMAT_SIZE];
  return is_text(value, digits, number_format_integer(integer, digits));
}

static bool is_float(const struct exact_value *value, double number) {
  char digits[NUMBER_FORMAT_SIZE];
  return value->number == number || is_text(value, digits, number_format_float(number, digits));
}

static bool is_value(const struct exact_value *value, struct json_content content) {
  switch (content.type) {
    case JSON_STRING: return is_text(value, content.as.string, content.length);
    case JSON_TRUE: return is_text(value, "true", 4) || is_text(value, "1", 1);
    case JSON_FALSE: return is_text(value, "false", 5) || is_text(value, "0", 1);
    case JSON_INTEGER: return is_integer(value, content.as.integer);
    case JSON_UNSIGNED: return is_float(value, (double)content.as.unsigned_integer);
    case JSON_FLOAT: return is_float(value, content.as.number);
    default: return false;
  }
}

static bool is_any(const struct exact_criterion *criterion, struct json_content content) {
  for (size_t i = 0; i < criterion->count; i++)
    if (is_value(&criterion->values[i], content)) return true;
  return false;
}

/*
** Returns the content to compare: an attribute's, or the id as text, formatted into `number` if
** needed.
*/
static struct json_content content_of(struct json_value resource, const char *name,
                                      char number[NUMBER_FORMAT_SIZE]) {
  if (strcmp(name, "id") != 0)
    return json_content(json_member(json_member(resource, "attributes"), name));
  struct json_content id = {.type = JSON_STRING};
  if (!json_id_text(json_member(resource, "id"), number, &id.as.string, &id.length))
    id.type = JSON_ABSENT;
  return id;
}

enum exact_verdict exact_judge(const struct exact *exact, struct json_value resource,
                               const char **missing) {
  for (size_t i = 0; i < exact->count; i++) {
    const struct exact_criterion *criterion = &exact->criteria[i];
    char number[NUMBER_FORMAT_SIZE];
    struct json_content content = content_of(resource, criterion->name, number);
    if (content.type == JSON_ABSENT) {
      if (json_exists(json_member(json_member(resource, "relationships"), criterion->name)))
        continue;
      *missing = criterion->name;
      return EXACT_UNKNOWN;
    }
    if (!is_any(criterion, content)) return EXACT_FAILS;
  }
  return EXACT_PASSES;
}

void exact_free(struct exact *exact) {
  for (size_t i = 0; i < exact->count; i++) {
    for (size_t j = 0; j < exact->criteria[i].count; j++) free(exact->criteria[i].values[j].text);
    free(exact->criteria[i].values);
    free(exact->criteria[i].name);
  }
  free(exact->criteria);
  *exact = (struct exact){.criteria = NULL};
}
