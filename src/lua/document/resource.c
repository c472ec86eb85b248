/*
** resource.c: the methods of resource tables.
**
** A resource is plain data; only its metatable refers to its document: metatable.__index = the
** methods, metatable.document = the document userdata (of compound documents only).
*/
#include "lua/document/resource.h"

#include "lua/client/error.h"
#include "lua/document/document_values.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/options.h"
#include "lua/support/null.h"
#include "lua/support/usage_error.h"

#define RESOURCE_TYPE "harnest.resource"

static const char *const lacks[] = {
    [RESOURCE_NAME_IS_FOREIGN] = "related: \"%s\" begins with @, so it is not a relationship",
    [RESOURCE_LACKS_RELATIONSHIP] = "related: the resource has no relationship \"%s\"",
    [RESOURCE_LACKS_LINKAGE] =
        "related: the server sent no data for the relationship \"%s\"; add it to include",
    [RESOURCE_WAS_NOT_INCLUDED] =
        "related: \"%s\" was not included; name it in the query's include, or call api:related",
};

int resource_refuse(lua_State *L, enum resource_lack lack, int name) {
  const char *shown = usage_error_quote(L, name);
  lua_pushnil(L);
  lua_pushfstring(L, lacks[lack], shown);
  error_push(L, KIND_REFUSED, 0, lua_tostring(L, -1));
  lua_remove(L, -2);
  return 2;
}

void resource_check_name(lua_State *L, int index) {
  if (!lua_isstring(L, index))
    usage_error_raise(L, "related: name: expected a string, the relationship's name, got %s",
                      options_describe(L, index));
}

/*
** Pushes the linkage of the relationship named at index 2 of the resource at 1 and returns true; or
** sets `*lack` and returns false. [-0, +*, m]
*/
static bool push_linkage(lua_State *L, enum resource_lack *lack) {
  *lack = RESOURCE_NAME_IS_FOREIGN;
  if (*lua_tostring(L, 2) == '@') return false;
  *lack = RESOURCE_LACKS_RELATIONSHIP;
  lua_getfield(L, 1, "relationships");
  if (lua_istable(L, -1)) {
    lua_pushvalue(L, 2);
    lua_gettable(L, -2);
    if (lua_istable(L, -1)) {
      lua_getfield(L, -1, "data");
      *lack = RESOURCE_LACKS_LINKAGE;
      return lua_istable(L, -1) || null_is(L, -1);
    }
  }
  return false;
}

/*
** Pushes the resource that the identifier at `identifier` names and returns true, if the document
** at `document` (0: none) has it. [-0, +(0|1), m]
*/
static bool push_target(lua_State *L, int document, int identifier) {
  bool found = false;
  lua_getfield(L, identifier, "type");
  lua_getfield(L, identifier, "id");
  bool is_local = lua_isnil(L, -1);
  if (is_local) {
    lua_pop(L, 1);
    lua_getfield(L, identifier, "lid");
  }
  if (document != 0 && lua_isstring(L, -1) && lua_isstring(L, -2))
    found = document_push_identified(L, document, lua_gettop(L) - 1, lua_gettop(L), is_local);
  if (found) {
    lua_replace(L, -3);
    lua_pop(L, 1);
  } else {
    lua_pop(L, 2);
  }
  return found;
}

/*
** Pushes the document of the resource at index 1 and returns its index; returns 0 if there is none.
** [-0, +(0|1), -]
*/
static int push_document(lua_State *L) {
  if (!luaL_getmetafield(L, 1, "document")) return 0;
  return lua_gettop(L);
}

struct resource_targets resource_targets_begin(lua_State *L, int count) {
  value_push_array(L, count);
  value_push_array(L, 0);
  return (struct resource_targets){.first = lua_gettop(L) - 1};
}

void resource_targets_add(lua_State *L, struct resource_targets *targets, bool found) {
  if (found)
    lua_rawseti(L, targets->first, ++targets->found);
  else
    lua_rawseti(L, targets->first + 1, ++targets->missing);
}

int resource_targets_end(lua_State *L, const struct resource_targets *targets) {
  int pushed = targets->missing == 0 ? 1 : targets->found > 0 ? 2 : 0;
  lua_settop(L, targets->first - 1 + pushed);
  return pushed;
}

/*
** Pushes the related resources of the to-many linkage at `linkage`, an array, as
** resource_targets_end does. [-0, +(0|1|2), m]
*/
static int push_targets(lua_State *L, int document, int linkage) {
  int count = (int)lua_rawlen(L, linkage);
  struct resource_targets targets = resource_targets_begin(L, count);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, linkage, i);
    int identifier = lua_gettop(L);
    bool found = lua_istable(L, identifier) && push_target(L, document, identifier);
    if (found) lua_remove(L, identifier);
    resource_targets_add(L, &targets, found);
  }
  return resource_targets_end(L, &targets);
}

/*
** resource:related(name): returns the included resource that a relationship refers to, or nil for
** an empty to-one relationship. For to-many it returns an array of resources and, if some were not
** included, an array of their identifiers. Returns nil and an error if nothing was included. Sends
** no request. JSON:API 1.1, 7.4. Stack: resource, name (a string).
*/
static int f_related(lua_State *L) {
  lua_settop(L, 2);
  if (!lua_istable(L, 1))
    return usage_error_raise(L, "related: expected a resource, got %s", options_describe(L, 1));
  resource_check_name(L, 2);
  int document = push_document(L);
  enum resource_lack lack;
  if (!push_linkage(L, &lack)) return resource_refuse(L, lack, 2);
  int linkage = lua_gettop(L);
  if (null_is(L, linkage)) return 0;
  lua_getfield(L, linkage, "type");
  bool is_one = !lua_isnil(L, -1);
  lua_pop(L, 1);
  int pushed = is_one ? push_target(L, document, linkage) : push_targets(L, document, linkage);
  return pushed > 0 ? pushed : resource_refuse(L, RESOURCE_WAS_NOT_INCLUDED, 2);
}

/*
** resource:ref(): returns a new identifier {type =, id =}, with lid if there is no id (JSON:API
** 1.1, 7.3). Stack: resource.
*/
static int f_ref(lua_State *L) {
  lua_settop(L, 1);
  if (!lua_istable(L, 1))
    return usage_error_raise(L, "ref: expected a resource, got %s", options_describe(L, 1));
  lua_createtable(L, 0, 2);
  lua_getfield(L, 1, "type");
  lua_setfield(L, -2, "type");
  lua_getfield(L, 1, "id");
  bool has_id = !lua_isnil(L, -1);
  lua_setfield(L, -2, "id");
  if (has_id) return 1;
  lua_getfield(L, 1, "lid");
  lua_setfield(L, -2, "lid");
  return 1;
}

static const luaL_Reg methods[] = {{"related", f_related}, {"ref", f_ref}, {NULL, NULL}};

/*
** Pushes the raw field `name` of the resource at index 1, as text; pushes nothing and returns false
** if it is no string or number. [-0, +(0|1), m]
*/
static bool push_field(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  if (lua_isstring(L, -1)) {
    usage_error_quote(L, -1);
    lua_remove(L, -2);
    return true;
  }
  lua_pop(L, 1);
  return false;
}

/* __tostring: returns TYPE/ID, or TYPE without an id. Stack: resource. */
static int m_tostring(lua_State *L) {
  lua_settop(L, 1);
  if (!lua_istable(L, 1) || !push_field(L, "type")) {
    lua_pushliteral(L, RESOURCE_TYPE);
    return 1;
  }
  lua_pushliteral(L, "/");
  if (push_field(L, "id") || push_field(L, "lid"))
    lua_concat(L, 3);
  else
    lua_pop(L, 1);
  usage_error_escape(L);
  return 1;
}

static void push_new_metatable(lua_State *L) {
  lua_createtable(L, 0, 4);
  lua_pushliteral(L, RESOURCE_TYPE);
  lua_setfield(L, -2, "__name");
  lua_pushcfunction(L, m_tostring);
  lua_setfield(L, -2, "__tostring");
}

void resource_push_metatable(lua_State *L, int document) {
  luaL_getmetatable(L, RESOURCE_TYPE);
  if (document == 0) return;
  push_new_metatable(L);
  lua_getfield(L, -2, "__index");
  lua_setfield(L, -2, "__index");
  lua_pushvalue(L, document);
  lua_setfield(L, -2, "document");
  lua_remove(L, -2);
}

void resource_open(lua_State *L) {
  push_new_metatable(L);
  metatable_push_methods(L, methods);
  lua_pop(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, RESOURCE_TYPE);
}
