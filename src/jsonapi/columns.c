/*
** columns.c: finds the values of columns. The hot path of rows.
*/
#include "jsonapi/columns.h"

#include <string.h>

#include "base/text.h"

static enum column_member member_of(const char *name, size_t length) {
  if (text_is(name, length, "id")) return COLUMN_ID;
  if (text_is(name, length, "type")) return COLUMN_TYPE;
  if (text_is(name, length, "meta")) return COLUMN_META;
  return text_is(name, length, "links") ? COLUMN_LINKS : COLUMN_FIELD;
}

bool column_parse(struct column *column) {
  const char *at = column->text, *end = at + column->length;
  for (column->count = 0; column->count < COLUMN_NAMES_MOST; at++) {
    const char *dot = memchr(at, '.', (size_t)(end - at));
    size_t length = (size_t)((dot != NULL ? dot : end) - at);
    if (length == 0) return false;
    column->names[column->count++] =
        (struct column_name){.text = at, .length = length, .member = member_of(at, length)};
    at += length;
    if (at == end) return true;
  }
  return false;
}

/* Returns where the resource keeps the member with that name; NULL if rows do not need it. */
static struct json_value *slot_of(struct column_resource *resource, const char *name,
                                  size_t length) {
  switch (length) {
    case 2: return memcmp(name, "id", 2) == 0 ? &resource->id : NULL;
    case 4:
      if (memcmp(name, "type", 4) == 0) return &resource->type;
      return memcmp(name, "meta", 4) == 0 ? &resource->meta : NULL;
    case 5: return memcmp(name, "links", 5) == 0 ? &resource->links : NULL;
    case 10: return memcmp(name, "attributes", 10) == 0 ? &resource->attributes : NULL;
    case 13: return memcmp(name, "relationships", 13) == 0 ? &resource->relationships : NULL;
    default: return NULL;
  }
}

struct column_resource column_resource_of(struct json_value resource) {
  struct column_resource found = {.whole = resource};
  if (json_type(resource) != JSON_OBJECT) return found;
  struct json_iterator members = json_iterate(resource);
  struct json_value value;
  const char *name;
  size_t length;
  while (json_next_member(&members, &name, &length, &value)) {
    struct json_value *slot = slot_of(&found, name, length);
    if (slot != NULL) *slot = value;
  }
  return found;
}

static bool is_named(const struct column_name *name, const char *text, size_t length) {
  return length == name->length && memcmp(text, name->text, length) == 0;
}

/*
** Returns the member of an object with that name; no value if there is none, or if `object` is no
** object. The names of objects usually come in the same order, so the place of the last one is
** tried first.
*/
static struct json_value member_named(struct json_value object, struct column_name *name) {
  struct json_value found = {NULL, 0}, value;
  const char *text;
  size_t length;
  if (json_type(object) != JSON_OBJECT) return found;
  struct json_iterator all = json_iterate(object), members = all;
  for (size_t i = 0; i < name->place && members.index < members.end; i++) {
    members.index++; /* a member's name is one word */
    json_next_item(&members, &value);
  }
  if (json_next_member(&members, &text, &length, &value) && is_named(name, text, length))
    return value;
  for (size_t i = 0; json_next_member(&all, &text, &length, &value); i++) {
    if (!is_named(name, text, length)) continue;
    found = value;
    name->place = i;
  }
  return found;
}

static struct column_place missing(enum column_lack lack, struct json_value within, size_t at) {
  return (struct column_place){.result = COLUMN_MISSING, .lack = lack, .within = within, .at = at};
}

/* Follows the names from index `at` on into `value`, which exists. */
static struct column_place walk(struct column *column, size_t at, struct json_value value) {
  for (; at < column->count; at++) {
    if (json_type(value) == JSON_NULL) return (struct column_place){.result = COLUMN_NULL};
    struct json_value inner = member_named(value, &column->names[at]);
    if (!json_exists(inner)) return missing(COLUMN_LACKS_MEMBER, value, at);
    value = inner;
  }
  return (struct column_place){.result = COLUMN_VALUE, .value = value};
}

/* Returns the attribute whose name is the path from the name `from` on, dots included. */
static struct json_value dotted_attribute(const struct column *column, size_t from,
                                          const struct column_resource *resource) {
  const char *text = column->names[from].text;
  return json_member_n(resource->attributes, text, (size_t)(column->text + column->length - text));
}

struct column_place column_find_in_linkage(struct column *column, size_t from,
                                           struct json_value identifier) {
  enum column_member member = column->names[from].member;
  bool has_it = column->count - from == 1 && (member == COLUMN_ID || member == COLUMN_TYPE);
  struct json_value value = {NULL, 0};
  if (has_it) value = json_member(identifier, member == COLUMN_ID ? "id" : "type");
  if (!json_exists(value)) return missing(COLUMN_LACKS_MEMBER, identifier, from);
  return (struct column_place){.result = COLUMN_VALUE, .value = value, .is_id = true};
}

/* Follows the relationship whose name has the index `at`. */
static struct column_place follow(struct column *column, size_t at,
                                  struct json_value relationship) {
  if (at + 1 == column->count) return missing(COLUMN_LACKS_CHOICE, relationship, at);
  struct json_value linkage = json_member(relationship, "data");
  switch (json_type(linkage)) {
    case JSON_NULL: return (struct column_place){.result = COLUMN_NULL, .next = at + 1};
    case JSON_ARRAY:
      return (struct column_place){.result = COLUMN_MANY, .value = linkage, .next = at + 1};
    case JSON_OBJECT: break;
    default: {
      struct column_place place = missing(COLUMN_LACKS_LINKAGE, relationship, at);
      place.next = at + 1;
      return place;
    }
  }
  struct column_place place = column_find_in_linkage(column, at + 1, linkage);
  if (place.result == COLUMN_VALUE) return place;
  return (struct column_place){.result = COLUMN_ONE, .value = linkage, .next = at + 1};
}

/*
** Finds a member of the resource itself and returns true, if the path begins with the name of one.
*/
static bool find_own_member(struct column *column, size_t from,
                            const struct column_resource *resource, struct column_place *place) {
  bool is_last = column->count - from == 1;
  struct json_value member = {NULL, 0};
  switch (column->names[from].member) {
    case COLUMN_FIELD: return false;
    case COLUMN_ID: member = resource->id; break;
    case COLUMN_TYPE: member = resource->type; break;
    case COLUMN_META: member = resource->meta; break;
    case COLUMN_LINKS: member = resource->links; break;
  }
  bool is_id = column->names[from].member <= COLUMN_TYPE;
  if (!json_exists(member) || (is_id && !is_last)) return false;
  *place = walk(column, from + 1, member);
  place->is_id = is_id;
  return true;
}

struct column_place column_find(struct column *column, size_t from,
                                const struct column_resource *resource) {
  struct column_name *first = &column->names[from];
  struct column_place place;
  struct json_value value;
  if (find_own_member(column, from, resource, &place)) return place;
  if (column->count - from > 1) {
    value = dotted_attribute(column, from, resource);
    if (json_exists(value)) return (struct column_place){.result = COLUMN_VALUE, .value = value};
  }
  value = member_named(resource->attributes, first);
  if (json_exists(value)) return walk(column, from + 1, value);
  value = member_named(resource->relationships, first);
  if (json_exists(value)) return follow(column, from, value);
  value = member_named(resource->whole, first);
  if (json_exists(value)) return walk(column, from + 1, value);
  return missing(COLUMN_LACKS_MEMBER, resource->whole, from);
}
