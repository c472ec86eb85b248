/*
** value.c: converts JSON values to Lua values. The hot path of every list.
*/
#include "lua/json/value.h"

#include "base/text.h"
#include "json/json_id.h"
#include "lua/support/compat.h"
#include "lua/support/null.h"

#define VALUE_ARRAY_TYPE "harnest.array"
#define VALUE_UNSTATED_TYPE "harnest.relationship.unstated"

static int presize(size_t count) {
  return count > COMPAT_PRESIZE_LIMIT ? COMPAT_PRESIZE_LIMIT : (int)count;
}

enum json_context json_context_of_member(enum json_context context, const char *name,
                                         size_t length) {
  switch (context) {
    case VALUE_RESULT: return text_is(name, length, "data") ? VALUE_RESOURCE : VALUE_PLAIN;
    case VALUE_RESOURCE:
      if (text_is(name, length, "id") || text_is(name, length, "type")) return VALUE_ID;
      return text_is(name, length, "relationships") ? VALUE_RELATIONSHIPS : VALUE_PLAIN;
    case VALUE_RELATIONSHIPS: return VALUE_RELATIONSHIP;
    case VALUE_RELATIONSHIP: return text_is(name, length, "data") ? VALUE_LINKAGE : VALUE_PLAIN;
    case VALUE_LINKAGE: return text_is(name, length, "id") ? VALUE_ID : VALUE_PLAIN;
    default: return VALUE_PLAIN;
  }
}

static void push_name(lua_State *L, const struct push_context *push, const char *name,
                      size_t length) {
  if (push->names != NULL)
    member_names_push(L, push->names, push->name_table, name, length);
  else
    lua_pushlstring(L, name, length);
}

static void push_object(lua_State *L, const struct push_context *push, struct json_value object,
                        size_t count, enum json_context context) {
  struct json_iterator members = json_iterate(object);
  struct json_value value;
  const char *name;
  size_t length;
  lua_createtable(L, 0, presize(count));
  while (json_next_member(&members, &name, &length, &value)) {
    push_name(L, push, name, length);
    value_push(L, value,
               context == VALUE_PLAIN ? VALUE_PLAIN : json_context_of_member(context, name, length),
               push);
    lua_rawset(L, -3);
  }
  if (context == VALUE_RESOURCE) {
    lua_pushvalue(L, push->resource_metatable);
    lua_setmetatable(L, -2);
  } else if (count == 0) {
    null_mark_empty_object(L);
  }
}

static void push_items(lua_State *L, const struct push_context *push, struct json_value array,
                       size_t count, enum json_context context) {
  struct json_iterator items = json_iterate(array);
  struct json_value item;
  lua_createtable(L, presize(count), 0);
  for (int i = 1; json_next_item(&items, &item); i++) {
    value_push(L, item, context, push);
    lua_rawseti(L, -2, i);
  }
  lua_pushvalue(L, push->array_metatable);
  lua_setmetatable(L, -2);
}

static void push_id(lua_State *L, const struct push_context *push, struct json_value id) {
  char digits[NUMBER_FORMAT_SIZE];
  const char *text;
  size_t length;
  if (json_id_text(id, digits, &text, &length))
    lua_pushlstring(L, text, length);
  else
    value_push(L, id, VALUE_PLAIN, push);
}

void value_push_unstated_metatable(lua_State *L) {
  if (!luaL_newmetatable(L, VALUE_UNSTATED_TYPE)) return;
  lua_pushliteral(L, VALUE_UNSTATED_TYPE);
  lua_setfield(L, -2, "__name");
}

static int is_unstated(struct json_content content) {
  bool is_container = content.type == JSON_ARRAY || content.type == JSON_OBJECT;
  return content.type == JSON_NULL || (is_container && content.length == 0);
}

void value_push(lua_State *L, struct json_value value, enum json_context context,
                const struct push_context *push) {
  if (context == VALUE_ID) {
    push_id(L, push, value);
    return;
  }
  struct json_content content = json_content(value);
  if (context == VALUE_RELATIONSHIP && is_unstated(content)) {
    lua_newtable(L);
    value_push_unstated_metatable(L);
    lua_setmetatable(L, -2);
    return;
  }
  switch (content.type) {
    case JSON_ABSENT: lua_pushnil(L); break;
    case JSON_NULL: null_push(L); break;
    case JSON_FALSE: lua_pushboolean(L, 0); break;
    case JSON_TRUE: lua_pushboolean(L, 1); break;
    case JSON_INTEGER: compat_pushinteger(L, content.as.integer); break;
    case JSON_UNSIGNED: lua_pushnumber(L, (lua_Number)content.as.unsigned_integer); break;
    case JSON_FLOAT: lua_pushnumber(L, content.as.number); break;
    case JSON_STRING: lua_pushlstring(L, content.as.string, content.length); break;
    case JSON_ARRAY:
      luaL_checkstack(L, 4, "a document nested too deep");
      push_items(L, push, value, content.length, context);
      break;
    case JSON_OBJECT:
      luaL_checkstack(L, 4, "a document nested too deep");
      push_object(L, push, value, content.length, context);
      break;
  }
}

void value_push_array_metatable(lua_State *L) {
  luaL_getmetatable(L, VALUE_ARRAY_TYPE);
}

void value_push_array(lua_State *L, int size) {
  lua_createtable(L, size, 0);
  value_push_array_metatable(L);
  lua_setmetatable(L, -2);
}

void value_set_array_metatable(lua_State *L) {
  lua_setfield(L, LUA_REGISTRYINDEX, VALUE_ARRAY_TYPE);
}
