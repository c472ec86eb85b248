/*
** resource_index.c: a hash table from (type, id) or (type, lid) to a resource of the document.
*/
#include "jsonapi/resource_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "json/json_id.h"

struct pair {
  const char *type, *id;
  size_t type_length, id_length;
  bool is_local; /* the id is a lid */
  char number[NUMBER_FORMAT_SIZE];
};

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = hash_byte(hash, (unsigned char)bytes[i]);
  return hash;
}

static uint64_t hash_pair(const struct pair *pair) {
  uint64_t hash = hash_bytes(HASH_START, pair->type, pair->type_length);
  hash = hash_bytes(hash, pair->is_local ? "\1" : "", 1);
  hash = hash_bytes(hash, pair->id, pair->id_length);
  return hash ^ hash >> 32;
}

/*
** Reads a resource's type and id, or its lid if it has no id (JSON:API 1.1, 7.3). Returns false if
** it has neither.
*/
static bool read_pair(struct json_value resource, struct pair *pair) {
  struct json_content type = json_content(json_member(resource, "type"));
  if (type.type != JSON_STRING) return false;
  pair->type = type.as.string;
  pair->type_length = type.length;
  struct json_value id = json_member(resource, "id");
  pair->is_local = !json_exists(id);
  return json_id_text(pair->is_local ? json_member(resource, "lid") : id, pair->number, &pair->id,
                      &pair->id_length);
}

static bool same_pair(const struct pair *a, const struct pair *b) {
  return a->is_local == b->is_local && a->type_length == b->type_length &&
         a->id_length == b->id_length && memcmp(a->type, b->type, a->type_length) == 0 &&
         memcmp(a->id, b->id, a->id_length) == 0;
}

/* Returns the slot of the pair, or the free slot for it. */
static struct json_value *slot_of(const struct resource_index *index, const struct pair *pair) {
  size_t mask = index->capacity - 1;
  for (size_t i = (size_t)hash_pair(pair) & mask;; i = (i + 1) & mask) {
    struct pair other;
    struct json_value *slot = &index->slots[i];
    if (!json_exists(*slot) || (read_pair(*slot, &other) && same_pair(pair, &other))) return slot;
  }
}

static void add(struct resource_index *index, struct json_value resource) {
  struct pair pair;
  if (!read_pair(resource, &pair)) return;
  struct json_value *slot = slot_of(index, &pair);
  if (!json_exists(*slot)) *slot = resource;
}

static void add_all(struct resource_index *index, struct json_value resources) {
  struct json_iterator items = json_iterate(resources);
  struct json_value item;
  while (json_next_item(&items, &item)) add(index, item);
}

bool resource_index_build(struct resource_index *index, struct json_value data,
                          struct json_value included) {
  size_t wanted = json_count(included) + (json_type(data) == JSON_ARRAY ? json_count(data) : 1);
  size_t capacity = 16;
  while (capacity < 2 * wanted) capacity *= 2;
  index->slots = calloc(capacity, sizeof *index->slots);
  if (index->slots == NULL) return false;
  index->capacity = capacity;
  if (json_type(data) == JSON_ARRAY)
    add_all(index, data);
  else
    add(index, data);
  if (json_type(included) == JSON_ARRAY) add_all(index, included);
  return true;
}

struct json_value resource_index_find(const struct resource_index *index, const char *type,
                                      size_t type_length, const char *id, size_t id_length,
                                      bool is_local) {
  struct pair pair = {.type = type,
                      .id = id,
                      .type_length = type_length,
                      .id_length = id_length,
                      .is_local = is_local};
  return *slot_of(index, &pair);
}

struct json_value resource_index_resolve(const struct resource_index *index,
                                         struct json_value identifier) {
  struct pair pair;
  return read_pair(identifier, &pair) ? *slot_of(index, &pair) : (struct json_value){.tape = NULL};
}

void resource_index_free(struct resource_index *index) {
  free(index->slots);
  *index = (struct resource_index){.slots = NULL};
}
