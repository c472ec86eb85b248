/*
** document.c: one parsed JSON:API document.
**
** The userdata's own table (its uservalue) keeps what was made for Lua: members by name, and under the keys below the
** block of memory with the values, the metatables of resources, arrays and views, a compound document's resources and its
** identity, the marks of dropped items, and, from the last key on, the names of members. Only that identity has a finalizer:
** what has one, and all that it holds, outlives the collection that finds it dead, and pages would pile up.
*/
#include "document.h"

#include <stdlib.h>

#include "block.h"
#include "compat.h"
#include "numbers.h"
#include "resource.h"
#include "value.h"
#include "view.h"

#define DOCUMENT_TYPE "harnest.document"

#define DOCUMENT_SCRATCH_TYPE "harnest.document.scratch"
#define DOCUMENT_IDENTITY_TYPE "harnest.document.identity"

enum kept {
  KEPT_BLOCK = 1,
  KEPT_RESOURCE_METATABLE,
  KEPT_ARRAY_METATABLE,
  KEPT_RESOURCES,
  KEPT_DROPPED,
  KEPT_VIEW_METATABLE,
  KEPT_IDENTITY,
  KEPT_NAMES
};

static bool is_resource_or_null(struct json_value value) {
  enum json_type type = json_type(value);
  return type == JSON_OBJECT || type == JSON_NULL || type == JSON_ABSENT;
}

static bool is_array_or_null(struct json_value value) {
  enum json_type type = json_type(value);
  return type == JSON_ARRAY || type == JSON_NULL || type == JSON_ABSENT;
}

static bool check_items(struct json_value array, const char *member, struct buffer *reason) {
  struct json_iterator items = json_iterate(array);
  struct json_value item;
  for (size_t i = 0; json_next_item(&items, &item); i++)
    if (json_type(item) != JSON_OBJECT) {
      buffer_printf(reason, "%s[%zu] is not a resource object", member, i);
      return false;
    }
  return true;
}

/* JSON:API 1.1, 7.1: the root is an object, primary data a resource, an array of them, or null. */
static bool check_shape(const struct document *document, struct buffer *reason) {
  if (json_type(document->root) != JSON_OBJECT) {
    buffer_puts(reason, "not a JSON:API document: its root is not an object");
    return false;
  }
  if (!document->is_list && !is_resource_or_null(document->data)) {
    buffer_puts(reason, "not a JSON:API document: data is neither a resource, nor an array of them, nor null");
    return false;
  }
  if (document->is_list && !check_items(document->data, "data", reason)) return false;
  if (!is_array_or_null(document->included)) {
    buffer_puts(reason, "not a JSON:API document: included is not an array");
    return false;
  }
  return check_items(document->included, "included", reason);
}

static void clear(struct document *document) {
  struct json_document *json = document->json;
  free(document->dropped);
  *document = (struct document){.json = json, .number = -1, .last = -1, .total = -1};
}

struct document *document_new(void) {
  struct document *document = calloc(1, sizeof *document);
  if (document == NULL) return NULL;
  document->json = json_new();
  if (document->json != NULL) return document;
  free(document);
  return NULL;
}

void document_free(struct document *document) {
  if (document == NULL) return;
  free(document->dropped);
  json_free(document->json);
  free(document);
}

bool document_read(struct document *document, const char *text, size_t length, struct buffer *reason) {
  clear(document);
  if (numbers_parse(document->json, text, length, reason) != JSON_FINE) return false;
  document->root = json_root(document->json);
  document->data = json_member(document->root, "data");
  document->included = json_member(document->root, "included");
  document->is_list = json_type(document->data) == JSON_ARRAY;
  document->count = document->is_list ? json_count(document->data) : json_type(document->data) == JSON_OBJECT;
  document->shown = document->count;
  return check_shape(document, reason);
}

bool document_drop(struct document *document, size_t position) {
  if (document->dropped == NULL) document->dropped = calloc(json_count(document->data), 1);
  if (document->dropped == NULL) return false;
  document->dropped[position] = 1;
  return true;
}

size_t document_limit(struct document *document, size_t wanted) {
  size_t end = document->from;
  document->shown = 0;
  for (size_t i = document->from; i < document->count && document->shown < wanted; i++) {
    if (!document_shows(document, i)) continue;
    document->shown++;
    end = i + 1;
  }
  document->count = end;
  return document->shown;
}

struct document **document_push_scratch(lua_State *L) {
  return compat_newuserdata(L, sizeof(struct document *), DOCUMENT_SCRATCH_TYPE);
}

/* Makes a handle into a document one into its copy. */
static struct json_value moved(struct json_value value, struct json_value root) {
  if (json_exists(value)) value.tape = root.tape;
  return value;
}

/* Puts what is dropped into memory of Lua's, kept by the table on top. [-0, +0, m] */
static void copy_dropped(lua_State *L, struct document *document) {
  const unsigned char *dropped = document->dropped;
  document->dropped = NULL;
  if (dropped == NULL) return;
  document->dropped = lua_newuserdata(L, document->count + 1);
  memcpy(document->dropped, dropped, document->count);
  lua_rawseti(L, -2, KEPT_DROPPED);
}

void document_push(lua_State *L, const struct document *read) {
  struct document *document = compat_newuserdata(L, sizeof *document, DOCUMENT_TYPE);
  int index = lua_gettop(L);
  lua_createtable(L, KEPT_NAMES + VALUE_NAMES, 0);
  size_t size = json_packed_size(read->json);
  void *block = block_push(L, size);
  *document = *read;
  document->json = NULL;
  document->block = lua_touserdata(L, -1);
  document->root = json_pack(read->json, block, size);
  document->data = moved(read->data, document->root);
  document->included = moved(read->included, document->root);
  lua_rawseti(L, -2, KEPT_BLOCK);
  copy_dropped(L, document);
  if (json_exists(document->included)) {
    document->identity = compat_newuserdata(L, sizeof *document->identity, DOCUMENT_IDENTITY_TYPE);
    lua_rawseti(L, -2, KEPT_IDENTITY);
  }
  resource_push_metatable(L, json_exists(document->included) ? index : 0);
  lua_rawseti(L, -2, KEPT_RESOURCE_METATABLE);
  value_push_array_metatable(L);
  lua_rawseti(L, -2, KEPT_ARRAY_METATABLE);
  compat_setuservalue(L, index);
}

void document_check_alive(lua_State *L, const struct document *document) {
  if (!block_holds(document->block)) luaL_error(L, "the page was collected before this finalizer ran");
}

struct document *document_check(lua_State *L, int index) {
  struct document *document = luaL_checkudata(L, index, DOCUMENT_TYPE);
  document_check_alive(L, document);
  return document;
}

void document_give_views(lua_State *L, int index) {
  index = lua_absindex(L, index);
  struct document *document = lua_touserdata(L, index);
  compat_getuservalue(L, index);
  view_push_metatable(L, index);
  lua_rawseti(L, -2, KEPT_VIEW_METATABLE);
  lua_pop(L, 1);
  document->views = true;
}

/* Pushes a value of the document at absolute `index`, without views. */
static void push_value(lua_State *L, int index, struct json_value value, enum value_place place) {
  compat_getuservalue(L, index);
  int kept = lua_gettop(L);
  lua_rawgeti(L, kept, KEPT_RESOURCE_METATABLE);
  lua_rawgeti(L, kept, KEPT_ARRAY_METATABLE);
  struct document *document = lua_touserdata(L, index);
  struct value_making making = {.resource_metatable = kept + 1,
                                .array_metatable = kept + 2,
                                .name_table = kept,
                                .first_name = KEPT_NAMES,
                                .names = &document->names};
  value_push(L, value, place, &making);
  lua_replace(L, kept);
  lua_settop(L, kept);
}

/* Pushes a value, an object or array as a view. */
static void push_view(lua_State *L, int index, struct json_value value, enum value_place place) {
  compat_getuservalue(L, index);
  lua_rawgeti(L, -1, KEPT_VIEW_METATABLE);
  view_push(L, lua_gettop(L), lua_touserdata(L, index), value, place);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Pushes the table of the resources made so far, by their places in the document. [-0, +1, m] */
static void push_made(lua_State *L, int index) {
  compat_getuservalue(L, index);
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
  if (!json_exists(document->included)) {
    push_value(L, index, resource, VALUE_RESOURCE);
    return;
  }
  push_made(L, index);
  lua_rawgeti(L, -1, (int)resource.index);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    push_value(L, index, resource, VALUE_RESOURCE);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, (int)resource.index);
  }
  lua_remove(L, -2);
}

void document_push_item(lua_State *L, int index, struct json_value resource) {
  index = lua_absindex(L, index);
  const struct document *document = lua_touserdata(L, index);
  if (document->views)
    push_view(L, index, resource, VALUE_RESOURCE);
  else
    document_push_resource(L, index, resource);
}

void document_push_plain(lua_State *L, int index, struct json_value value, enum value_place place) {
  if (place == VALUE_RESOURCE && json_type(value) == JSON_OBJECT)
    document_push_resource(L, index, value);
  else
    push_value(L, lua_absindex(L, index), value, place);
}

/* A compound document's identity, built if need be. Raises without memory. */
static const struct identity *identity_of(lua_State *L, struct document *document) {
  struct identity *identity = &document->identity->table;
  if (identity->capacity == 0 && !identity_build(identity, document->data, document->included))
    luaL_error(L, "not enough memory");
  return identity;
}

/* Ends the use of an identity, which no finalizer would free any more where it had its own. */
static void leave_identity(struct document *document) {
  if (document->identity->finalized) identity_free(&document->identity->table);
}

struct json_value document_find(lua_State *L, struct document *document, struct json_value identifier) {
  if (!json_exists(document->included)) return (struct json_value){.tape = NULL};
  struct json_value found = identity_resolve(identity_of(L, document), identifier);
  leave_identity(document);
  return found;
}

bool document_push_identified(lua_State *L, int index, int type, int id, bool is_local) {
  struct document *document = document_check(L, index);
  size_t type_length, id_length;
  const char *type_text = lua_tolstring(L, type, &type_length), *id_text = lua_tolstring(L, id, &id_length);
  struct json_value found =
      identity_find(identity_of(L, document), type_text, type_length, id_text, id_length, is_local);
  leave_identity(document);
  if (!json_exists(found)) return false;
  document_push_resource(L, index, found);
  return true;
}

static void push_empty_array(lua_State *L, size_t size) {
  value_push_array(L, size > COMPAT_PRESIZE_LIMIT ? COMPAT_PRESIZE_LIMIT : (int)size);
}

/* Pushes an array of those primary resources that are shown. */
static void push_shown(lua_State *L, int index) {
  const struct document *document = document_check(L, index);
  struct json_iterator items = json_iterate(document->data);
  struct json_value item;
  int position = 0;
  push_empty_array(L, document->shown);
  for (size_t i = 0; i < document->count && json_next_item(&items, &item); i++) {
    if (!document_shows(document, i)) continue;
    document_push_item(L, index, item);
    lua_rawseti(L, -2, ++position);
  }
}

/* Pushes the member data, as far as a listing wants it. */
static void push_data(lua_State *L, int index) {
  struct document *document = document_check(L, index);
  bool whole = document->shown == json_count(document->data);
  if (!document->is_list)
    document_push_item(L, index, document->data);
  else if (whole && !document->views && !json_exists(document->included))
    push_value(L, index, document->data, VALUE_RESOURCE);
  else
    push_shown(L, index);
}

static void push_included(lua_State *L, int index) {
  struct json_value included = document_check(L, index)->included, item;
  struct json_iterator items = json_iterate(included);
  if (json_type(included) != JSON_ARRAY) {
    push_value(L, index, included, VALUE_PLAIN);
    return;
  }
  push_empty_array(L, json_count(included));
  for (int i = 1; json_next_item(&items, &item); i++) {
    document_push_item(L, index, item);
    lua_rawseti(L, -2, i);
  }
}

/* Whether a name, which may hold NUL, is `wanted`. */
static bool is_name(const char *name, size_t length, const char *wanted) {
  return strlen(wanted) == length && memcmp(name, wanted, length) == 0;
}

/* Pushes the value of a top-level member of the document at absolute `index`. */
static void push_member(lua_State *L, int index, const char *name, size_t length) {
  if (is_name(name, length, "data"))
    push_data(L, index);
  else if (is_name(name, length, "included"))
    push_included(L, index);
  else {
    const struct document *document = document_check(L, index);
    enum value_place place = is_name(name, length, "atomic:results") ? VALUE_RESULT : VALUE_PLAIN;
    (document->views ? push_view : push_value)(L, index, json_member_n(document->root, name, length), place);
  }
}

void document_push_table(lua_State *L, int index) {
  index = lua_absindex(L, index);
  struct json_iterator members = json_iterate(document_check(L, index)->root);
  struct json_value value;
  const char *name;
  size_t length;
  lua_newtable(L);
  while (json_next_member(&members, &name, &length, &value)) {
    lua_pushlstring(L, name, length);
    push_member(L, index, name, length);
    lua_rawset(L, -3);
  }
}

/* Pushes a page's number, last or total, if `name` is one of them. */
static bool push_page_fact(lua_State *L, const struct document *document, const char *name, size_t length) {
  int64_t fact;
  if (is_name(name, length, "number"))
    fact = document->number;
  else if (is_name(name, length, "last"))
    fact = document->last;
  else if (is_name(name, length, "total"))
    fact = document->total;
  else
    return false;
  if (fact < 0)
    lua_pushnil(L);
  else
    compat_pushinteger(L, fact);
  return true;
}

/* __index: a top-level member, made when first read. Stack: document, name. */
static int m_index(lua_State *L) {
  struct document *document = document_check(L, 1);
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  size_t length;
  const char *name = lua_tolstring(L, 2, &length);
  if (push_page_fact(L, document, name, length)) return 1;
  compat_getuservalue(L, 1);
  lua_pushvalue(L, 2);
  lua_rawget(L, 3);
  if (!lua_isnil(L, -1)) return 1;
  push_member(L, 1, name, length);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 3);
  return 1;
}

/* __len: how many primary resources. Stack: document. */
static int m_len(lua_State *L) {
  struct document *document = document_check(L, 1);
  lua_pushinteger(L, (lua_Integer)document->shown);
  return 1;
}

/* __tostring. Stack: document. */
static int m_tostring(lua_State *L) {
  struct document *document = document_check(L, 1);
  lua_pushfstring(L, "harnest.document: %d resources", (int)document->shown);
  return 1;
}

/* __gc of an identity. Stack: identity. */
static int m_identity_gc(lua_State *L) {
  struct document_identity *identity = luaL_checkudata(L, 1, DOCUMENT_IDENTITY_TYPE);
  identity_free(&identity->table);
  identity->finalized = true;
  return 0;
}

/* __gc of a scratch. Stack: scratch. */
static int m_scratch_gc(lua_State *L) {
  struct document **scratch = luaL_checkudata(L, 1, DOCUMENT_SCRATCH_TYPE);
  document_free(*scratch);
  *scratch = NULL;
  return 0;
}

static const luaL_Reg metamethods[] = {
    {"__index", m_index},
    {"__len", m_len},
    {"__tostring", m_tostring},
    {NULL, NULL},
};

void document_open(lua_State *L) {
  block_open(L);
  luaL_newmetatable(L, DOCUMENT_SCRATCH_TYPE);
  lua_pushcfunction(L, m_scratch_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  luaL_newmetatable(L, DOCUMENT_IDENTITY_TYPE);
  lua_pushcfunction(L, m_identity_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  luaL_newmetatable(L, DOCUMENT_TYPE);
  compat_setfuncs(L, metamethods);
  lua_pushliteral(L, DOCUMENT_TYPE);
  lua_setfield(L, -2, "__name");
  lua_pop(L, 1);
}
