/*
** view.c: userdata that show objects and arrays of a page. The hot path of loops that read few
** members of many resources.
**
** A metatable holds the metamethods and, under the keys below, a mark that identifies views, the
** document, and the methods of resources. Views have no finalizer and no user value.
*/
#include "lua/document/view.h"

#include <string.h>

#include "json/json_id.h"
#include "lua/document/document_values.h"
#include "lua/document/resource.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define VIEW_TYPE "harnest.view"

enum held { HELD_MARK = 1, HELD_DOCUMENT, HELD_METHODS };

/*
** The value under HELD_MARK. A C function, because LuaJIT refuses light userdata of addresses
** beyond 47 bits, which static objects have on some machines. No script can get it.
*/
static int mark(lua_State *L) {
  (void)L;
  return 0;
}

struct view {
  struct json_value value;
  const struct document *document; /* owned by the userdata in the metatable */
  enum json_context context;
  size_t position; /* the array item that was found last, from 1; 0: none */
  size_t found;    /* its index in the document */
};

/*
** Returns the view at `index` and pushes its metatable; returns NULL and pushes nothing for any
** other value. [-0, +(0|1), -]
*/
static struct view *test(lua_State *L, int index) {
  struct view *view = lua_touserdata(L, index);
  if (view == NULL || !lua_getmetatable(L, index)) return NULL;
  lua_rawgeti(L, -1, HELD_MARK);
  bool is_view = lua_tocfunction(L, -1) == mark;
  lua_pop(L, is_view ? 1 : 2);
  return is_view ? view : NULL;
}

/*
** Returns the view at index 1 and pushes its metatable. Raises for any other value, and if the page
** was collected. `name` is the method's, for the message. [-0, +1, v]
*/
static struct view *check(lua_State *L, const char *name) {
  struct view *view = test(L, 1);
  if (view == NULL) {
    usage_error_raise(L, "%s: expected a view, got %s", name, options_describe(L, 1));
    return NULL;
  }
  document_check_alive(L, view->document);
  return view;
}

/* The same, but raises if the view is not of a resource. [-0, +1, v] */
static struct view *check_resource(lua_State *L, const char *name) {
  struct view *view = check(L, name);
  if (view->context != VALUE_RESOURCE || json_type(view->value) != JSON_OBJECT)
    usage_error_raise(L, "%s: expected a resource, got %s", name, options_describe(L, 1));
  return view;
}

/*
** Returns whether a value becomes a view. A null relationship does, since it becomes an empty table
** without views.
*/
static bool is_container(struct json_value value, enum json_context context) {
  enum json_type type = json_type(value);
  return type == JSON_OBJECT || type == JSON_ARRAY ||
         (type == JSON_NULL && context == VALUE_RELATIONSHIP);
}

void view_push(lua_State *L, int metatable, const struct document *document,
               struct json_value value, enum json_context context) {
  if (!is_container(value, context)) {
    value_push(L, value, context, &(struct push_context){.names = NULL});
    return;
  }
  struct view *view = lua_newuserdatauv(L, sizeof *view, 0);
  *view = (struct view){
      .value = value, .document = document, .context = context == VALUE_ID ? VALUE_PLAIN : context};
  lua_pushvalue(L, metatable);
  lua_setmetatable(L, -2);
}

/* Pushes a value inside a view, whose metatable is at `metatable`. [-0, +1, m] */
static void push_inner(lua_State *L, int metatable, const struct view *view,
                       struct json_value value, enum json_context context) {
  view_push(L, metatable, view->document, value, context);
}

/*
** Returns the item of an array at `position`, from 1; JSON_ABSENT if there is none. Fast if
** `position` follows the one found last.
*/
static struct json_value item_at(struct view *view, size_t position) {
  struct json_iterator items = json_iterate(view->value);
  struct json_value item = {.tape = NULL};
  size_t passed = 0;
  if (view->position > 0 && view->position <= position) {
    items.index = view->found;
    passed = view->position - 1;
  }
  for (; passed < position; passed++)
    if (!json_next_item(&items, &item)) return (struct json_value){.tape = NULL};
  view->position = position;
  view->found = item.index;
  return item;
}

/*
** Returns the item at the number at stack index `index`; JSON_ABSENT if the view is not of an array
** or has no such item.
*/
static struct json_value item_of_number(lua_State *L, struct view *view, int index) {
  const lua_Number most = 9007199254740992.0; /* 2^53 */
  lua_Number number = lua_tonumber(L, index);
  if (json_type(view->value) != JSON_ARRAY || !(number >= 1 && number <= most))
    return (struct json_value){.tape = NULL};
  size_t position = (size_t)number;
  return (lua_Number)position < number ? (struct json_value){.tape = NULL}
                                       : item_at(view, position);
}

/*
** Pushes the resource that an identifier names and returns true, if the document has it. The
** metatable is at index 3. [-0, +(0|1), m]
*/
static bool push_target(lua_State *L, struct document *document, const struct view *view,
                        struct json_value identifier) {
  struct json_value target = document_find(L, document, identifier);
  if (json_exists(target)) push_inner(L, 3, view, target, VALUE_RESOURCE);
  return json_exists(target);
}

/*
** Pushes the resources that the items of a to-many linkage name, as resource_targets_end does. The
** metatable is at index 3. [-0, +(0|1|2), m]
*/
static int push_targets(lua_State *L, struct document *document, const struct view *view,
                        struct json_value linkage) {
  struct json_iterator identifiers = json_iterate(linkage);
  struct json_value identifier;
  struct resource_targets targets = resource_targets_begin(L, 0);
  while (json_type(linkage) == JSON_ARRAY && json_next_item(&identifiers, &identifier)) {
    bool found = push_target(L, document, view, identifier);
    if (!found) push_inner(L, 3, view, identifier, VALUE_LINKAGE);
    resource_targets_add(L, &targets, found);
  }
  return resource_targets_end(L, &targets);
}

/*
** resource:related(name): as for plain resources, but returns views. Stack: view, name (a string).
*/
static int m_related(lua_State *L) {
  lua_settop(L, 2);
  struct view *view = check_resource(L, "related");
  resource_check_name(L, 2);
  size_t length;
  const char *name = lua_tolstring(L, 2, &length);
  if (*name == '@') return resource_refuse(L, RESOURCE_NAME_IS_FOREIGN, 2);
  struct json_value relationship =
      json_member_n(json_member(view->value, "relationships"), name, length);
  if (!is_container(relationship, VALUE_RELATIONSHIP))
    return resource_refuse(L, RESOURCE_LACKS_RELATIONSHIP, 2);
  struct json_value linkage = json_member(relationship, "data");
  if (json_type(linkage) == JSON_NULL) return 0;
  if (!is_container(linkage, VALUE_LINKAGE)) return resource_refuse(L, RESOURCE_LACKS_LINKAGE, 2);
  lua_rawgeti(L, 3, HELD_DOCUMENT);
  struct document *document = lua_touserdata(L, 4);
  bool is_one = json_exists(json_member(linkage, "type"));
  int pushed =
      is_one ? push_target(L, document, view, linkage) : push_targets(L, document, view, linkage);
  return pushed > 0 ? pushed : resource_refuse(L, RESOURCE_WAS_NOT_INCLUDED, 2);
}

/* resource:ref(): returns a new table {type =, id =}, with lid if there is no id. Stack: view. */
static int m_ref(lua_State *L) {
  lua_settop(L, 1);
  struct view *view = check_resource(L, "ref");
  struct json_value id = json_member(view->value, "id");
  bool has_id = json_exists(id);
  lua_rawgeti(L, -1, HELD_DOCUMENT);
  int document = lua_gettop(L);
  lua_createtable(L, 0, 2);
  document_push_plain(L, document, json_member(view->value, "type"), VALUE_ID);
  lua_setfield(L, -2, "type");
  document_push_plain(L, document, has_id ? id : json_member(view->value, "lid"),
                      has_id ? VALUE_ID : VALUE_PLAIN);
  lua_setfield(L, -2, has_id ? "id" : "lid");
  return 1;
}

/* resource:table(): returns the resource as a plain table. Stack: view. */
static int m_table(lua_State *L) {
  lua_settop(L, 1);
  struct view *view = check_resource(L, "table");
  lua_rawgeti(L, -1, HELD_DOCUMENT);
  document_push_resource(L, -1, view->value);
  return 1;
}

static const luaL_Reg methods[] = {
    {"related", m_related}, {"ref", m_ref}, {"table", m_table}, {NULL, NULL}};

/*
** Pushes the method `name`, whose name is also at index 2, and returns true if resources have it.
** [-0, +*, -]
*/
static bool push_method(lua_State *L, int metatable, const char *name) {
  const luaL_Reg *method = methods;
  while (method->name != NULL && strcmp(method->name, name) != 0) method++;
  if (method->name == NULL) return false;
  lua_rawgeti(L, metatable, HELD_METHODS);
  lua_pushvalue(L, 2);
  lua_rawget(L, -2);
  return !lua_isnil(L, -1);
}

/* __index: returns a member, an item, or a method of a resource. Stack: view, key. */
static int m_index(lua_State *L) {
  lua_settop(L, 2);
  struct view *view = check(L, "index");
  struct json_value value = {.tape = NULL};
  enum json_context context = view->context;
  int type = lua_type(L, 2);
  if (type == LUA_TSTRING) {
    size_t length;
    const char *name = lua_tolstring(L, 2, &length);
    bool is_resource = context == VALUE_RESOURCE && json_type(view->value) == JSON_OBJECT;
    if (is_resource && push_method(L, 3, name)) return 1;
    value = json_member_n(view->value, name, length);
    context = json_context_of_member(context, name, length);
  } else if (type == LUA_TNUMBER) {
    value = item_of_number(L, view, 2);
  }
  push_inner(L, 3, view, value, context);
  return 1;
}

/* __newindex: raises a usage error. Stack: view, key, value. */
static int m_newindex(lua_State *L) {
  lua_settop(L, 2);
  check(L, "assignment");
  const char *key =
      lua_type(L, 2) == LUA_TSTRING ? usage_error_quote(L, 2) : options_describe(L, 2);
  return usage_error_raise(
      L, "%s: a view cannot be changed; the resource's view:table() is a table that can", key);
}

/* __len: returns the number of items; 0 for an object, as for tables. Stack: view. */
static int m_len(lua_State *L) {
  lua_settop(L, 1);
  struct view *view = check(L, "#");
  size_t count = json_type(view->value) == JSON_ARRAY ? json_count(view->value) : 0;
  lua_pushinteger(L, (lua_Integer)count);
  return 1;
}

/* __eq: returns whether two views show the same value of the document. Stack: view, view. */
static int m_eq(lua_State *L) {
  lua_settop(L, 2);
  const struct view *one = test(L, 1), *other = test(L, 2);
  lua_pushboolean(L, one != NULL && other != NULL && one->value.tape == other->value.tape &&
                         one->value.index == other->value.index);
  return 1;
}

/* Lua's `next`. Stack: table, key. */
static int f_next(lua_State *L) {
  lua_settop(L, 2);
  return lua_next(L, 1) ? 2 : 0;
}

/* __pairs: iterates over the members or items, which it first copies to a table. Stack: view. */
static int m_pairs(lua_State *L) {
  lua_settop(L, 1);
  struct view *view = check(L, "pairs");
  struct json_iterator walk = json_iterate(view->value);
  struct json_value value;
  const char *name;
  size_t length;
  lua_pushcfunction(L, f_next);
  lua_newtable(L);
  if (json_type(view->value) == JSON_ARRAY)
    for (int i = 1; json_next_item(&walk, &value); i++) {
      push_inner(L, 2, view, value, view->context);
      lua_rawseti(L, 4, i);
    }
  else
    while (json_next_member(&walk, &name, &length, &value)) {
      lua_pushlstring(L, name, length);
      push_inner(L, 2, view, value, json_context_of_member(view->context, name, length));
      lua_rawset(L, 4);
    }
  lua_pushnil(L);
  return 3;
}

/* __call: the same as __pairs, for Luas that do not have __pairs. Stack: view. */
static int m_call(lua_State *L) {
  check(L, "call");
  if (lua_gettop(L) > 2)
    return usage_error_raise(
        L, "expected no argument to the call of a view; a for takes `in view()`, not `in view`");
  return m_pairs(L);
}

/* The iterator function of ipairs. Stack: view, position. */
static int f_step(lua_State *L) {
  lua_settop(L, 2);
  struct view *view = check(L, "ipairs"); /* its metatable is at index 3 */
  lua_Number position = lua_tonumber(L, 2) + 1;
  lua_pushinteger(L, (lua_Integer)position);
  struct json_value item = item_of_number(L, view, -1);
  if (!json_exists(item)) return 0;
  push_inner(L, 3, view, item, view->context);
  return 2;
}

/* __ipairs, which Lua 5.2 and LuaJIT (built with 5.2 compatibility) use. Stack: view. */
static int m_ipairs(lua_State *L) {
  lua_settop(L, 1);
  check(L, "ipairs");
  lua_pushcfunction(L, f_step);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

/* Pushes the text of a resource's type or id; "?" if there is none. [-0, +1, m] */
static void push_text(lua_State *L, struct json_value value) {
  char digits[NUMBER_FORMAT_SIZE];
  const char *text = "?";
  size_t length = 1;
  json_id_text(value, digits, &text, &length);
  lua_pushlstring(L, text, length);
}

/* __tostring. Stack: view. */
static int m_tostring(lua_State *L) {
  lua_settop(L, 1);
  struct view *view = check(L, "tostring");
  int count = (int)json_count(view->value);
  if (json_type(view->value) == JSON_ARRAY) {
    lua_pushfstring(L, VIEW_TYPE ": an array of %d", count);
    return 1;
  }
  if (view->context != VALUE_RESOURCE) {
    lua_pushfstring(L, VIEW_TYPE ": an object with %d members", count);
    return 1;
  }
  lua_pushliteral(L, VIEW_TYPE ": ");
  push_text(L, json_member(view->value, "type"));
  lua_pushliteral(L, "/");
  push_text(L, json_member(view->value, "id"));
  lua_concat(L, 4);
  return 1;
}

static const luaL_Reg metamethods[] = {
    {"__index", m_index}, {"__newindex", m_newindex}, {"__len", m_len},
    {"__eq", m_eq},       {"__pairs", m_pairs},       {"__ipairs", m_ipairs},
    {"__call", m_call},   {"__tostring", m_tostring}, {NULL, NULL},
};

void view_push_metatable(lua_State *L, int index) {
  index = lua_absindex(L, index);
  lua_createtable(L, HELD_METHODS, 10);
  luaL_getmetatable(L, VIEW_TYPE);
  for (lua_pushnil(L); lua_next(L, -2);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -5);
  }
  lua_pop(L, 1);
  lua_pushvalue(L, index);
  lua_rawseti(L, -2, HELD_DOCUMENT);
}

bool view_make_plain(lua_State *L, int index) {
  luaL_checkstack(L, LUA_MINSTACK, "view");
  index = lua_absindex(L, index);
  const struct view *view = test(L, index);
  if (view == NULL) return false;
  document_check_alive(L, view->document);
  lua_rawgeti(L, -1, HELD_DOCUMENT);
  document_push_plain(L, -1, view->value, view->context);
  lua_replace(L, index);
  lua_pop(L, 2);
  return true;
}

/*
** core.unwrap_view(value): returns the plain value of a view, for a resource that of view:table();
** returns any other value unchanged. Stack: value.
*/
static int f_unwrap_view(lua_State *L) {
  lua_settop(L, 1);
  view_make_plain(L, 1);
  return 1;
}

/* core.shows_array(value): returns whether the value is a view of an array. Stack: value. */
static int f_shows_array(lua_State *L) {
  lua_settop(L, 1);
  const struct view *view = test(L, 1);
  if (view != NULL) document_check_alive(L, view->document);
  lua_pushboolean(L, view != NULL && json_type(view->value) == JSON_ARRAY);
  return 1;
}

void view_open(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "view_methods");
  metatable_push(L, VIEW_TYPE, metamethods);
  lua_pushliteral(L, VIEW_TYPE);
  lua_setfield(L, -2, "__metatable");
  lua_pushcfunction(L, mark);
  lua_rawseti(L, -2, HELD_MARK);
  lua_insert(L, -2);
  lua_rawseti(L, -2, HELD_METHODS);
  lua_pop(L, 1);
  lua_pushcfunction(L, f_unwrap_view);
  lua_setfield(L, -2, "unwrap_view");
  lua_pushcfunction(L, f_shows_array);
  lua_setfield(L, -2, "shows_array");
}
