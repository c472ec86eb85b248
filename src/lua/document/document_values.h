/*
** document_values.h: a document userdata, and its values and resources as Lua values. resource.c and view.c build on it.
**
** The userdata's own table (its uservalue) keeps what was made for Lua: members by name, and under the keys below the
** block of memory with the values, the metatables of resources, arrays and views, a compound document's resources and its
** identity, the marks of dropped items, and, from the last key on, the names of members. Only that identity has a finalizer:
** what has one, and all that it holds, outlives the collection that finds it dead, and pages would pile up.
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
#define DOCUMENT_IDENTITY_TYPE "harnest.document.identity"

/* Keys of the userdata's own table. */
enum document_kept {
  KEPT_BLOCK = 1,
  KEPT_RESOURCE_METATABLE,
  KEPT_ARRAY_METATABLE,
  KEPT_RESOURCES,
  KEPT_DROPPED,
  KEPT_VIEW_METATABLE,
  KEPT_IDENTITY,
  KEPT_NAMES
};

/* What a compound document finds its resources by. */
struct document_identity {
  struct resource_index table; /* built when first asked; owned */
  bool finalized;              /* its finalizer ran, and will not run again */
};

struct document {
  struct document_store store;        /* the copy; `json` is NULL */
  const void *block;                  /* the userdata's page memory */
  bool views;                         /* gives views instead of tables */
  struct document_identity *identity; /* of a compound document; else NULL */
  struct value_names names;
};

/*
** Pushes a userdata that owns a document to read into, NULL until the caller sets it, for the errors between.
** [-0, +1, m]
*/
struct document_store **document_push_scratch(lua_State *L);

/* The document of the userdata at `index`; raises for anything else. */
struct document *document_check(lua_State *L, int index);

/* Raises when what a userdata gave leads to values that its finalizer took; only finalizers can meet such. [-0, +0, v] */
void document_check_alive(lua_State *L, const struct document *document);

/* Pushes `value`, which has the context `place`, from the document at absolute `index`, without views. [-0, +1, m] */
void document_push_value(lua_State *L, int index, struct json_value value, enum json_context place);

/*
** Pushes `resource`, an object in the document whose userdata is at `index`, or null, as a table. Of a compound document
** each resource is one table, made once and then kept by the userdata. [-0, +1, m]
*/
void document_push_resource(lua_State *L, int index, struct json_value resource);

/* Pushes a value that stands at `place` without views, a resource as document_push_resource. [-0, +1, m] */
void document_push_plain(lua_State *L, int index, struct json_value value, enum json_context place);

/*
** The resource that an identifier in the document names; no value when there is none, or when the document is not a
** compound one. Raises without memory. [-0, +0, m]
*/
struct json_value document_find(lua_State *L, struct document *document,
                                struct json_value identifier);

/*
** Pushes, as document_push_resource does, the resource with the type and id at the stack indices `type` and `id`
** (strings; the id is a lid if `is_local`); pushes nothing and returns false when the document has none. [-0, +(0|1), m]
*/
bool document_push_identified(lua_State *L, int index, int type, int id, bool is_local);

/* Registers the metatables of scratch documents and identities. [-0, +0, m] */
void document_values_open(lua_State *L);

#endif
