/*
** document_values.c: converts values and resources of a document userdata.
*/
#include "lua/document/document_values.h"

#include "lua/json/page_memory.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define DOCUMENT_SCRATCH_TYPE "harnest.document.scratch"

struct document_store **document_push_scratch(lua_State *L) {
  return compat_newuserdata(L, sizeof(struct document_store *), DOCUMENT_SCRATCH_TYPE);
}

void document_check_alive(lua_State *L, const struct document *document) {
  if (!page_memory_holds(document->memory))
    luaL_error(L, "the page was collected before this finalizer ran");
}

struct document *document_check(lua_State *L, int index) {
  struct document *document = luaL_checkudata(L, index, DOCUMENT_TYPE);
  document_check_alive(L, document);
  return document;
}

void document_push_value(lua_State *L, int index, struct json_value value,
                         enum json_context context) {
  lua_getiuservalue(L, index, 1);
  int kept = lua_gettop(L);
  lua_rawgeti(L, kept, KEPT_RESOURCE_METATABLE);
  lua_rawgeti(L, kept, KEPT_ARRAY_METATABLE);
  lua_rawgeti(L, kept, KEPT_NAMES);
  const struct document *document = lua_touserdata(L, index);
  struct push_context push = {.resource_metatable = kept + 1,
                              .array_metatable = kept + 2,
                              .name_table = kept + 3,
                              .names = document->names};
  value_push(L, value, context, &push);
  lua_replace(L, kept);
  lua_settop(L, kept);
}

/*
** Pushes the table of the resources that were converted so far, by their index in the document.
** [-0, +1, m]
*/
static void push_made(lua_State *L, int index) {
  lua_getiuservalue(L, index, 1);
  lua_rawgeti(L, -1, KEPT_RESOURCES);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, KEPT_RESOURCES);
  }
  lua_remove(L, -2);
}

void document_push_resource(lua_State *L, int index, struct json_value resource) {
  index = lua_absindex(L, index);
  const struct document *document = lua_touserdata(L, index);
  if (!json_exists(document->store.included)) {
    document_push_value(L, index, resource, VALUE_RESOURCE);
    return;
  }
  push_made(L, index);
  lua_rawgeti(L, -1, (int)resource.index);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    document_push_value(L, index, resource, VALUE_RESOURCE);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, (int)resource.index);
  }
  lua_remove(L, -2);
}

void document_push_plain(lua_State *L, int index, struct json_value value,
                         enum json_context context) {
  if (context == VALUE_RESOURCE && json_type(value) == JSON_OBJECT)
    document_push_resource(L, index, value);
  else
    document_push_value(L, lua_absindex(L, index), value, context);
}

/*
** Returns the resource index of a compound document, which it builds on first use. Raises on out of
** memory. [-0, +0, v]
*/
static const struct resource_index *resource_index_of(lua_State *L, struct document *document) {
  struct resource_index *index = &document->resources->table;
  if (index->capacity == 0 &&
      !resource_index_build(index, document->store.data, document->store.included))
    luaL_error(L, "not enough memory");
  return index;
}

/*
** Frees the resource index after use if its finalizer has run already: no later one would free it.
*/
static void release_index(struct document *document) {
  if (document->resources->finalized) resource_index_free(&document->resources->table);
}

struct json_value document_find(lua_State *L, struct document *document,
                                struct json_value identifier) {
  if (!json_exists(document->store.included)) return (struct json_value){.tape = NULL};
  struct json_value found = resource_index_resolve(resource_index_of(L, document), identifier);
  release_index(document);
  return found;
}

bool document_push_identified(lua_State *L, int index, int type, int id, bool is_local) {
  struct document *document = document_check(L, index);
  size_t type_length, id_length;
  const char *type_text = lua_tolstring(L, type, &type_length),
             *id_text = lua_tolstring(L, id, &id_length);
  struct json_value found = resource_index_find(resource_index_of(L, document), type_text,
                                                type_length, id_text, id_length, is_local);
  release_index(document);
  if (!json_exists(found)) return false;
  document_push_resource(L, index, found);
  return true;
}

/* __gc of a resource index. Stack: the userdata of a struct document_index. */
static int m_index_gc(lua_State *L) {
  lua_settop(L, 1);
  struct document_index *index = luaL_checkudata(L, 1, DOCUMENT_INDEX_TYPE);
  resource_index_free(&index->table);
  index->finalized = true;
  return 0;
}

/* __gc of a scratch document. Stack: the userdata of a struct document_store pointer. */
static int m_scratch_gc(lua_State *L) {
  lua_settop(L, 1);
  struct document_store **scratch = luaL_checkudata(L, 1, DOCUMENT_SCRATCH_TYPE);
  document_store_free(*scratch);
  *scratch = NULL;
  return 0;
}

void document_values_open(lua_State *L) {
  metatable_register_gc(L, DOCUMENT_SCRATCH_TYPE, m_scratch_gc);
  metatable_register_gc(L, DOCUMENT_INDEX_TYPE, m_index_gc);
}
