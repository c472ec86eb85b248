/*
** document_values.h: the struct of document userdata, and functions that convert its values and
** resources to Lua values. resource.c and view.c build on it.
**
** The userdata's own table (its user value) holds what was made for Lua: members by name and, under
** the keys below, the page memory, the metatables of resources, arrays and views, the resources and
** the resource index of a compound document, the marks of dropped items and the table of cached
** member names. Only the resource index has a finalizer: an object with a finalizer, and all that
** it refers to, survives the collection that finds it dead, and pages would accumulate.
*/
#ifndef HARNEST_DOCUMENT_VALUES_H
#define HARNEST_DOCUMENT_VALUES_H

#include <lua.h>
#include <stdbool.h>

#include "json/json_value.h"
#include "jsonapi/document_store.h"
#include "jsonapi/resource_index.h"
#include "lua/json/value.h"

#define DOCUMENT_TYPE "harnest.document"
#define DOCUMENT_INDEX_TYPE "harnest.document.index"

/* Keys of the userdata's own table. */
enum document_kept {
  KEPT_MEMORY = 1,
  KEPT_RESOURCE_METATABLE,
  KEPT_ARRAY_METATABLE,
  KEPT_RESOURCES,
  KEPT_DROPPED,
  KEPT_VIEW_METATABLE,
  KEPT_INDEX,
  KEPT_NAMES
};

/* The index by which a compound document finds its resources. */
struct document_index {
  struct resource_index table; /* built on first use; owned */
  bool finalized;              /* its finalizer has run, and will not run again */
};

struct document {
  struct document_store store;      /* the copy; `json` is NULL */
  const void *memory;               /* address of the page_memory userdata */
  void *block;                      /* the memory that it owns */
  size_t size;                      /* bytes of it */
  bool views;                       /* pushes views instead of tables */
  struct document_index *resources; /* of a compound document, else NULL; owned by Lua */
  struct member_names *names;       /* the Lua state's */
};

/*
** Pushes a userdata that owns the document it points to, so that it is freed if Lua raises. Returns
** the address of its pointer, which is NULL until the caller sets it. [-0, +1, m]
*/
struct document_store **document_push_scratch(lua_State *L);

/* Returns the document of the userdata at `index`. Raises for any other value. [-0, +0, v] */
struct document *document_check(lua_State *L, int index);

/*
** Raises if the document's memory was freed already. Only a finalizer can meet such a document.
** [-0, +0, v]
*/
void document_check_alive(lua_State *L, const struct document *document);

/*
** Pushes `value`, which has the context `context`, of the document at absolute `index`, without
** views. [-0, +1, m]
*/
void document_push_value(lua_State *L, int index, struct json_value value,
                         enum json_context context);

/*
** Pushes `resource`, an object of the document at `index` or null, as a table. In a compound
** document each resource is converted once to one table, which the userdata keeps. [-0, +1, m]
*/
void document_push_resource(lua_State *L, int index, struct json_value resource);

/*
** Pushes a value with the context `context` of the document at `index`, without views; a resource
** as document_push_resource does. [-0, +1, m]
*/
void document_push_plain(lua_State *L, int index, struct json_value value,
                         enum json_context context);

/*
** Returns the resource that an identifier in the document names. Returns JSON_ABSENT if there is
** none, or if the document is not a compound document. Raises on out of memory. [-0, +0, m]
*/
struct json_value document_find(lua_State *L, struct document *document,
                                struct json_value identifier);

/*
** Pushes, as document_push_resource does, the resource with the type and id at the stack indices
** `type` and `id` (strings; the id is a lid if `is_local`). Returns false and pushes nothing if the
** document has none. [-0, +(0|1), m]
*/
bool document_push_identified(lua_State *L, int index, int type, int id, bool is_local);

/* Registers the metatables of scratch documents and resource indexes. [-0, +0, m] */
void document_values_open(lua_State *L);

#endif
