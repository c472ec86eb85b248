/*
** document.c: creates document userdata, and reads their members.
*/
#include "lua/document/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "lua/document/resource.h"
#include "lua/document/view.h"
#include "lua/json/page_memory.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

/* Returns a handle to the same value in the copy whose root is `root`. */
static struct json_value moved(struct json_value value, struct json_value root) {
  if (json_exists(value)) value.tape = root.tape;
  return value;
}

/*
** Moves the marks of dropped items into memory owned by Lua, kept by the table on top. [-0, +0, m]
*/
static void copy_dropped(lua_State *L, struct document *document) {
  const unsigned char *dropped = document->store.dropped;
  document->store.dropped = NULL;
  if (dropped == NULL) return;
  document->store.dropped = lua_newuserdata(L, document->store.count + 1);
  memcpy(document->store.dropped, dropped, document->store.count);
  lua_rawseti(L, -2, KEPT_DROPPED);
}

/* Copies `read` to the document's block, which is large enough for its `size`. */
static void copy(struct document *document, const struct document_store *read, size_t size) {
  document->store = *read;
  document->store.json = NULL;
  document->store.root = json_pack(read->json, document->block, size);
  document->store.data = moved(read->data, document->store.root);
  document->store.included = moved(read->included, document->store.root);
}

void document_push(lua_State *L, const struct document_store *read) {
  struct document *document = compat_newuserdata(L, sizeof *document, DOCUMENT_TYPE);
  int index = lua_gettop(L);
  lua_createtable(L, KEPT_NAMES, 0);
  document->size = json_packed_size(read->json);
  document->block = page_memory_push(L, document->size);
  document->memory = lua_touserdata(L, -1);
  copy(document, read, document->size);
  lua_rawseti(L, -2, KEPT_MEMORY);
  copy_dropped(L, document);
  if (json_exists(document->store.included)) {
    document->resources = compat_newuserdata(L, sizeof *document->resources, DOCUMENT_INDEX_TYPE);
    lua_rawseti(L, -2, KEPT_INDEX);
  }
  resource_push_metatable(L, json_exists(document->store.included) ? index : 0);
  lua_rawseti(L, -2, KEPT_RESOURCE_METATABLE);
  value_push_array_metatable(L);
  lua_rawseti(L, -2, KEPT_ARRAY_METATABLE);
  document->names = member_names_push_table(L);
  lua_rawseti(L, -2, KEPT_NAMES);
  lua_setiuservalue(L, index, 1);
}

bool document_reuse(lua_State *L, int index, const struct document_store *read) {
  struct document *document = lua_touserdata(L, index);
  size_t size = json_packed_size(read->json);
  if (size > document->size || document->resources != NULL || json_exists(read->included) ||
      read->dropped != NULL || document->store.dropped != NULL)
    return false;
  copy(document, read, size);
  return true;
}

void document_use_views(lua_State *L, int index) {
  index = lua_absindex(L, index);
  struct document *document = lua_touserdata(L, index);
  lua_getiuservalue(L, index, 1);
  view_push_metatable(L, index);
  lua_rawseti(L, -2, KEPT_VIEW_METATABLE);
  lua_pop(L, 1);
  document->views = true;
}

/* Pushes a value of the document at absolute `index`; an object or array as a view. [-0, +1, m] */
static void push_view(lua_State *L, int index, struct json_value value, enum json_context context) {
  lua_getiuservalue(L, index, 1);
  lua_rawgeti(L, -1, KEPT_VIEW_METATABLE);
  view_push(L, lua_gettop(L), lua_touserdata(L, index), value, context);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

void document_push_item(lua_State *L, int index, struct json_value resource) {
  index = lua_absindex(L, index);
  const struct document *document = lua_touserdata(L, index);
  if (document->views)
    push_view(L, index, resource, VALUE_RESOURCE);
  else
    document_push_resource(L, index, resource);
}

static void push_empty_array(lua_State *L, size_t size) {
  value_push_array(L, size > COMPAT_PRESIZE_LIMIT ? COMPAT_PRESIZE_LIMIT : (int)size);
}

/* Pushes an array of the primary resources that are not dropped. [-0, +1, m] */
static void push_shown(lua_State *L, int index) {
  const struct document *document = document_check(L, index);
  struct json_iterator items = json_iterate(document->store.data);
  struct json_value item;
  int position = 0;
  push_empty_array(L, document->store.shown);
  for (size_t i = 0; i < document->store.count && json_next_item(&items, &item); i++) {
    if (!document_store_shows(&document->store, i)) continue;
    document_push_item(L, index, item);
    lua_rawseti(L, -2, ++position);
  }
}

/* Pushes the member `data` without dropped resources. [-0, +1, m] */
static void push_data(lua_State *L, int index) {
  struct document *document = document_check(L, index);
  bool whole = document->store.shown == json_count(document->store.data);
  if (!document->store.is_list)
    document_push_item(L, index, document->store.data);
  else if (whole && !document->views && !json_exists(document->store.included))
    document_push_value(L, index, document->store.data, VALUE_RESOURCE);
  else
    push_shown(L, index);
}

/* Pushes a value that is no resource. [-0, +1, m] */
static void push_other(lua_State *L, int index, struct json_value value) {
  bool views = document_check(L, index)->views;
  (views ? push_view : document_push_value)(L, index, value, VALUE_PLAIN);
}

/*
** Pushes the member `included`; unchanged if it is no array, and so are items that are no objects.
*/
static void push_included(lua_State *L, int index) {
  struct json_value included = document_check(L, index)->store.included, item;
  struct json_iterator items = json_iterate(included);
  if (json_type(included) != JSON_ARRAY) {
    push_other(L, index, included);
    return;
  }
  push_empty_array(L, json_count(included));
  for (int i = 1; json_next_item(&items, &item); i++) {
    (json_type(item) == JSON_OBJECT ? document_push_item : push_other)(L, index, item);
    lua_rawseti(L, -2, i);
  }
}

/* Pushes the value of a top-level member of the document at absolute `index`. [-0, +1, m] */
static void push_member(lua_State *L, int index, const char *name, size_t length) {
  if (text_is(name, length, "data"))
    push_data(L, index);
  else if (text_is(name, length, "included"))
    push_included(L, index);
  else {
    const struct document *document = document_check(L, index);
    enum json_context context =
        text_is(name, length, "atomic:results") ? VALUE_RESULT : VALUE_PLAIN;
    (document->views ? push_view : document_push_value)(
        L, index, json_member_n(document->store.root, name, length), context);
  }
}

void document_push_table(lua_State *L, int index) {
  index = lua_absindex(L, index);
  struct json_iterator members = json_iterate(document_check(L, index)->store.root);
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

/*
** Pushes the page's number, last page or total and returns true if `name` is one of these; pushes
** nothing and returns false otherwise. [-0, +(0|1), -]
*/
static bool push_page_number(lua_State *L, const struct document *document, const char *name,
                             size_t length) {
  int64_t number;
  if (text_is(name, length, "number"))
    number = document->store.number;
  else if (text_is(name, length, "last"))
    number = document->store.last;
  else if (text_is(name, length, "total"))
    number = document->store.total;
  else
    return false;
  if (number < 0)
    lua_pushnil(L);
  else
    compat_pushinteger(L, number);
  return true;
}

/*
** Pushes a top-level member of the document at absolute `index`, converted when it is first read.
** [-0, +1, m]
*/
static void push_kept_member(lua_State *L, int index, const char *name, size_t length) {
  lua_getiuservalue(L, index, 1);
  lua_pushlstring(L, name, length);
  lua_rawget(L, -2);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    push_member(L, index, name, length);
    lua_pushlstring(L, name, length);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  }
  lua_remove(L, -2);
}

/*
** Returns the primary resource with the position at index 2, a number: an item of the member
** `data`, or the single resource at 1. Stack: document, position.
*/
static int push_primary(lua_State *L) {
  const struct document *document = document_check(L, 1);
  push_kept_member(L, 1, "data", strlen("data"));
  if (document->store.is_list) {
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
  }
  return document->store.shown == 1 && lua_tonumber(L, 2) == 1 ? 1 : 0;
}

/* __index: returns a top-level member, or a primary resource. Stack: document, key. */
static int m_index(lua_State *L) {
  lua_settop(L, 2);
  const struct document *document = document_check(L, 1);
  if (lua_type(L, 2) == LUA_TNUMBER) return push_primary(L);
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  size_t length;
  const char *name = lua_tolstring(L, 2, &length);
  if (!push_page_number(L, document, name, length)) push_kept_member(L, 1, name, length);
  return 1;
}

/* The iterator function of ipairs. Stack: document, position. */
static int f_step(lua_State *L) {
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)lua_tonumber(L, 2) + 1);
  lua_pushvalue(L, -1);
  lua_replace(L, 2);
  if (push_primary(L) == 0 || lua_isnil(L, -1)) return 0;
  lua_pushvalue(L, 2);
  lua_insert(L, -2);
  return 2;
}

/* __ipairs, which Lua 5.2 and LuaJIT (built with 5.2 compatibility) use. Stack: document. */
static int m_ipairs(lua_State *L) {
  lua_settop(L, 1);
  document_check(L, 1);
  lua_pushcfunction(L, f_step);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

/* __len: returns the number of primary resources. Stack: document. */
static int m_len(lua_State *L) {
  lua_settop(L, 1);
  struct document *document = document_check(L, 1);
  lua_pushinteger(L, (lua_Integer)document->store.shown);
  return 1;
}

/*
** __tostring: returns the page's number, if it has one, and how many resources it has. Stack:
** document.
*/
static int m_tostring(lua_State *L) {
  lua_settop(L, 1);
  const struct document_store *store = &document_check(L, 1)->store;
  char page[64] = "", last[32] = "";
  if (store->last >= 0) snprintf(last, sizeof last, " of %" PRId64, store->last);
  if (store->number >= 0) snprintf(page, sizeof page, "page %" PRId64 "%s, ", store->number, last);
  lua_pushfstring(L, DOCUMENT_TYPE ": %s%d resource%s", page, (int)store->shown,
                  store->shown == 1 ? "" : "s");
  return 1;
}

static const luaL_Reg metamethods[] = {
    {"__index", m_index},       {"__ipairs", m_ipairs}, {"__len", m_len},
    {"__tostring", m_tostring}, {NULL, NULL},
};

void document_open(lua_State *L) {
  page_memory_open(L);
  document_values_open(L);
  metatable_push(L, DOCUMENT_TYPE, metamethods);
  lua_pop(L, 1);
}
