/*
** document_store.h: one parsed JSON:API document: its members, and which of its primary resources are shown.
*/
#ifndef HARNEST_DOCUMENT_STORE_H
#define HARNEST_DOCUMENT_STORE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "json/json.h"
#include "json/json_value.h"

/* A document can be read into again. Its values are valid until the next document_store_read. */
struct document_store {
  struct json_document *json; /* owned; NULL in a copy, whose values lie in memory of Lua */
  struct json_value root, data, included;
  size_t
      count; /* primary resources: items of data, 1 for a single one, 0 for null or none; a list's limit
                             may make it less */
  size_t from;  /* items before this one are not shown: a cursor has passed them */
  size_t shown; /* how many items from `from` to `count` are shown */
  unsigned char *
      dropped; /* for each item of data, whether it is not shown; NULL: all are shown; owned, in a copy by
                             Lua */
  bool is_list;                /* data is an array */
  bool lacks_memory;           /* document_store_read returned false on out of memory */
  int64_t number, last, total; /* of a page of a list; -1 if unknown */
};

/* Makes a document to read into. Returns NULL on out of memory. Caller frees by document_store_free. */
struct document_store *document_store_new(void);

/* Frees a document of document_store_new. `document` may be NULL. */
void document_store_free(struct document_store *document);

/*
** Parses `length` bytes of `text`, which JSON_PADDING readable bytes follow, and replaces what was read before. Returns
** false if the text is not a JSON:API document (JSON:API 1.1, 7.1) or on out of memory; `reason` then says why.
*/
bool document_store_read(struct document_store *document, const char *text, size_t length,
                         struct buffer *reason);

/* Hides the item of data with index `position`. Returns false on out of memory. */
bool document_store_drop(struct document_store *document, size_t position);

/* Shows only the first `wanted` items from `from` on that are not dropped; sets `count`. Returns how many are shown. */
size_t document_store_limit(struct document_store *document, size_t wanted);

/* Whether the item of data with index `position` is shown. */
static inline bool document_store_shows(const struct document_store *document, size_t position) {
  return position >= document->from && position < document->count &&
         (document->dropped == NULL || !document->dropped[position]);
}

#endif
