/*
** document_store.h: one parsed JSON:API document: its members, and which primary resources are
** shown.
*/
#ifndef HARNEST_DOCUMENT_STORE_H
#define HARNEST_DOCUMENT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "json/json.h"
#include "json/json_value.h"

/*
** A document can be read into repeatedly. Its values are valid until the next document_store_read.
*/
struct document_store {
  struct json_document *json; /* owned; NULL in a copy, whose values are in Lua's memory */
  struct json_value root, data, included;
  /*
  ** primary resources: items of data (fewer after document_store_limit), 1 for a single one, 0 for
  ** null or none
  */
  size_t count;
  size_t from;  /* index of the first shown item; a cursor has passed those before it */
  size_t shown; /* number of shown items in [from, count) */
  /* for each item of data, 1 if it is hidden; NULL if all are shown; owned (in a copy, by Lua) */
  unsigned char *dropped;
  bool is_list;      /* data is an array */
  bool lacks_memory; /* document_store_read returned false on out of memory */
  /* of a page of a list: its number, the last page's, all resources; -1 if unknown */
  int64_t number, last, total;
};

/*
** Makes an empty document. Returns NULL on out of memory. Caller frees it by document_store_free.
*/
struct document_store *document_store_new(void);

/* Frees a document of document_store_new. `document` may be NULL. */
void document_store_free(struct document_store *document);

/*
** Parses `length` bytes of `text`, after which JSON_PADDING bytes must be readable, and replaces
** what was read before. Returns false if the text is not a JSON:API document (JSON:API 1.1, 7.1) or
** on out of memory; `reason` then has the reason.
*/
bool document_store_read(struct document_store *document, const char *text, size_t length,
                         struct buffer *reason);

/* Hides the item of data with index `position`. Returns false on out of memory. */
bool document_store_drop(struct document_store *document, size_t position);

/*
** Shows only the first `wanted` items from `from` on that are not hidden; sets `count` and `shown`.
** Returns how many are shown.
*/
size_t document_store_limit(struct document_store *document, size_t wanted);

/* Whether the item of data with index `position` is shown. */
static inline bool document_store_shows(const struct document_store *document, size_t position) {
  return position >= document->from && position < document->count &&
         (document->dropped == NULL || !document->dropped[position]);
}

#endif
