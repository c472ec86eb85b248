/*
** document.h: one parsed JSON:API document, and the userdata by which Lua reads it member by member.
**
** A struct document is read without Lua and used again for the next reading; document_push makes a compact copy of it
** in memory of Lua's own, so that the collector knows its weight and a long list leaves no holes in the heap.
** Resources made from a compound document keep that userdata alive, others do not.
*/
#ifndef HARNEST_DOCUMENT_H
#define HARNEST_DOCUMENT_H

#include <lua.h>
#include <stdbool.h>

#include "buffer.h"
#include "identity.h"
#include "json.h"
#include "json_value.h"
#include "value.h"

/* What a compound document finds its resources by. */
struct document_identity {
  struct identity table; /* built when first asked; owned */
  bool finalized;        /* its finalizer ran, and will not run again */
};

struct document {
  struct json_document *json; /* owned; NULL in a userdata, whose values lie in a block of Lua's */
  struct json_value root, data, included;
  size_t count;           /* primary resources: items of data, 1 for a single one, 0 for null or none; a listing's limit
                        may make it less */
  size_t from;            /* those before it are not shown: a listing's cursor has passed them */
  size_t shown;           /* how many from there to count are shown */
  unsigned char *dropped; /* for each of data's items, whether it is not shown; NULL: all are; owned, but in a userdata,
                             whose one is Lua's */
  bool is_list;           /* data is an array */
  const void *block;      /* of a userdata: that of its block */
  bool views;             /* of a userdata: gives views in place of tables */
  struct document_identity *identity; /* of a userdata of a compound document; NULL else */
  struct value_names names;
  int64_t number, last, total; /* of a page, by its listing; -1: not known */
};

/* A document to read into; NULL without memory. Ends with document_free. */
struct document *document_new(void);

/* Frees what document_new made. NULL is allowed. */
void document_free(struct document *document);

/*
** Reads `length` bytes of `text` with JSON_PADDING readable bytes behind them, in place of what was read before. False
** when it is no JSON:API document; `reason` then says why.
*/
bool document_read(struct document *document, const char *text, size_t length, struct buffer *reason);

/* Leaves the item numbered `position` of data out of what is shown. False without memory. */
bool document_drop(struct document *document, size_t position);

/* Shows of the items from `from` on the first `wanted` that are not dropped; `count` ends behind them. Returns how many. */
size_t document_limit(struct document *document, size_t wanted);

/* Whether the item numbered `position` of data is shown. */
static inline bool document_shows(const struct document *document, size_t position) {
  return position >= document->from && position < document->count &&
         (document->dropped == NULL || !document->dropped[position]);
}

/*
** Pushes a userdata that owns a document to read into, NULL until the caller sets it, for the errors between.
** [-0, +1, m]
*/
struct document **document_push_scratch(lua_State *L);

/* Pushes a userdata with a copy of what was read. [-0, +1, m] */
void document_push(lua_State *L, const struct document *read);

/* The document of the userdata at `index`; raises for anything else. */
struct document *document_check(lua_State *L, int index);

/* Raises when what a userdata gave leads to values that its finalizer took; only finalizers can meet such. [-0, +0, v] */
void document_check_alive(lua_State *L, const struct document *document);

/* Makes the userdata at `index` give views in place of tables from now on. [-0, +0, m] */
void document_give_views(lua_State *L, int index);

/*
** Pushes `resource`, an object in the document whose userdata is at `index`, or null, as a table. Of a compound document
** each resource is one table, made once and then kept by the userdata. [-0, +1, m]
*/
void document_push_resource(lua_State *L, int index, struct json_value resource);

/* Pushes a resource or null as the document gives them: a view, or as document_push_resource. [-0, +1, m] */
void document_push_item(lua_State *L, int index, struct json_value resource);

/* Pushes a value that stands at `place` without views, a resource as document_push_resource. [-0, +1, m] */
void document_push_plain(lua_State *L, int index, struct json_value value, enum value_place place);

/*
** The resource that an identifier in the document names; no value when there is none, or when the document is not a
** compound one. Raises without memory. [-0, +0, m]
*/
struct json_value document_find(lua_State *L, struct document *document, struct json_value identifier);

/*
** Pushes, as document_push_resource does, the resource with the type and id at the stack indices `type` and `id`
** (strings; the id is a lid if `is_local`); pushes nothing and returns false when the document has none. [-0, +(0|1), m]
*/
bool document_push_identified(lua_State *L, int index, int type, int id, bool is_local);

/* Pushes the document of the userdata at `index` as a table of all its members, which are what it gives. [-0, +1, m] */
void document_push_table(lua_State *L, int index);

/* Registers the metatable. [-0, +0, m] */
void document_open(lua_State *L);

#endif
