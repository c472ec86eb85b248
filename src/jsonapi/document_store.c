/*
** document_store.c: one parsed JSON:API document.
*/
#include "jsonapi/document_store.h"

#include <stdlib.h>

#include "json/json_bigint.h"

static bool is_resource_or_null(struct json_value value) {
  enum json_type type = json_type(value);
  return type == JSON_OBJECT || type == JSON_NULL || type == JSON_ABSENT;
}

static bool check_items(struct json_value data, struct buffer *reason) {
  struct json_iterator items = json_iterate(data);
  struct json_value item;
  for (size_t i = 0; json_next_item(&items, &item); i++)
    if (json_type(item) != JSON_OBJECT) {
      buffer_printf(reason, "data[%zu] is not a resource object", i);
      return false;
    }
  return true;
}

/*
** Whether an object is what PHP makes of an array with holes: members named by numbers, and neither
** type nor id.
*/
static bool is_numbered(struct json_value object) {
  struct json_iterator members = json_iterate(object);
  const char *name;
  size_t length, count = 0;
  struct json_value value;
  if (json_type(object) != JSON_OBJECT) return false;
  for (; json_next_member(&members, &name, &length, &value); count++)
    for (size_t i = 0; i < length || length == 0; i++)
      if (length == 0 || name[i] < '0' || name[i] > '9') return false;
  return count > 0;
}

/*
** JSON:API 1.1, 7.1: the root is an object, primary data a resource, an array of them, or null. A
** wrong member `included`, or a wrong item in it, is ignored.
*/
static bool check_shape(const struct document_store *document, struct buffer *reason) {
  if (json_type(document->root) != JSON_OBJECT) {
    buffer_puts(reason, "not a JSON:API document: its root is not an object");
    return false;
  }
  if (!document->is_list && !is_resource_or_null(document->data)) {
    buffer_puts(
        reason,
        "not a JSON:API document: data is neither a resource, nor an array of them, nor null");
    return false;
  }
  if (is_numbered(document->data)) {
    buffer_puts(reason,
                "not a JSON:API document: data is an object with numbered members, not an "
                "array (an array with holes in PHP?)");
    return false;
  }
  return !document->is_list || check_items(document->data, reason);
}

static void clear(struct document_store *document) {
  struct json_document *json = document->json;
  free(document->dropped);
  *document = (struct document_store){.json = json, .number = -1, .last = -1, .total = -1};
}

struct document_store *document_store_new(void) {
  struct document_store *document = calloc(1, sizeof *document);
  if (document == NULL) return NULL;
  document->json = json_new();
  if (document->json != NULL) return document;
  free(document);
  return NULL;
}

void document_store_free(struct document_store *document) {
  if (document == NULL) return;
  free(document->dropped);
  json_free(document->json);
  free(document);
}

bool document_store_read(struct document_store *document, const char *text, size_t length,
                         struct buffer *reason) {
  clear(document);
  enum json_failure failure = json_bigint_parse(document->json, text, length, true, reason);
  document->lacks_memory = failure == JSON_NO_MEMORY;
  if (failure != JSON_FINE) return false;
  document->root = json_root(document->json);
  document->data = json_member(document->root, "data");
  document->included = json_member(document->root, "included");
  document->is_list = json_type(document->data) == JSON_ARRAY;
  document->count =
      document->is_list ? json_count(document->data) : json_type(document->data) == JSON_OBJECT;
  document->shown = document->count;
  return check_shape(document, reason);
}

bool document_store_drop(struct document_store *document, size_t position) {
  if (document->dropped == NULL) document->dropped = calloc(json_count(document->data), 1);
  if (document->dropped == NULL) return false;
  document->dropped[position] = 1;
  return true;
}

size_t document_store_limit(struct document_store *document, size_t wanted) {
  size_t end = document->from;
  document->shown = 0;
  for (size_t i = document->from; i < document->count && document->shown < wanted; i++) {
    if (!document_store_shows(document, i)) continue;
    document->shown++;
    end = i + 1;
  }
  document->count = end;
  return document->shown;
}
