/*
** members.c: checks the tables of calls member by member.
*/
#include "lua/client/members.h"

#include <stdbool.h>
#include <string.h>

#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/path.h"
#include "lua/support/table_kind.h"
#include "lua/support/usage_error.h"

/* The most spaces a level of indented JSON. */
#define ENCODE_MOST_INDENT 16

static const struct option resource[] = {
    {.name = "type", .type = OPTION_TEXT},
    {.name = "id", .type = OPTION_ANY},
    {.name = "lid", .type = OPTION_TEXT},
    {.name = "attributes", .type = OPTION_TABLE},
    {.name = "relationships", .type = OPTION_TABLE},
    {.name = "links", .type = OPTION_ANY},
    {.name = "meta", .type = OPTION_ANY},
    {.name = "if_match", .type = OPTION_TEXT},
    {.name = "idempotency_key", .type = OPTION_TEXT},
    {.name = NULL},
};

/* The options of a write without a resource. */
static const struct option write[] = {
    {.name = "if_match", .type = OPTION_TEXT},
    {.name = "idempotency_key", .type = OPTION_TEXT},
    {.name = NULL},
};

static const struct option operation[] = {
    {.name = "op", .type = OPTION_STRING},   {.name = "ref", .type = OPTION_TABLE},
    {.name = "href", .type = OPTION_STRING}, {.name = "data", .type = OPTION_ANY},
    {.name = "meta", .type = OPTION_TABLE},  {.name = NULL},
};

/* The target of an operation: a ref object, or a resource or identifier. */
static const struct option ref[] = {
    {.name = "type", .type = OPTION_ANY},
    {.name = "id", .type = OPTION_ANY},
    {.name = "lid", .type = OPTION_ANY},
    {.name = "relationship", .type = OPTION_TEXT},
    {.name = "attributes", .type = OPTION_ANY},
    {.name = "relationships", .type = OPTION_ANY},
    {.name = "links", .type = OPTION_ANY},
    {.name = "meta", .type = OPTION_ANY},
    {.name = NULL},
};

/* Of the array of operations, beside its items. */
static const struct option operations[] = {
    {.name = "idempotency_key", .type = OPTION_TEXT},
    {.name = NULL},
};

/* A loop of the script, for the option `loop`. harnest.loop checks the values. */
static const struct option loop[] = {
    {.name = "name", .type = OPTION_ANY},    {.name = "watch", .type = OPTION_ANY},
    {.name = "unwatch", .type = OPTION_ANY}, {.name = "this", .type = OPTION_ANY},
    {.name = "sleep", .type = OPTION_ANY},   {.name = "wake", .type = OPTION_ANY},
    {.name = "spawn", .type = OPTION_ANY},   {.name = "is_gone", .type = OPTION_ANY},
    {.name = "join", .type = OPTION_ANY},    {.name = NULL},
};

static const struct option request[] = {
    {.name = "method", .type = OPTION_STRING},
    {.name = "path", .type = OPTION_ANY},
    {.name = "query", .type = OPTION_TABLE},
    {.name = "body", .type = OPTION_TABLE},
    {.name = "headers", .type = OPTION_TABLE},
    {.name = "raw", .type = OPTION_BOOLEAN},
    {.name = NULL},
};

/* Of harnest.encode. */
static const struct option encode[] = {
    {.name = "indent", .type = OPTION_COUNT, .most = ENCODE_MOST_INDENT},
    {.name = NULL},
};

/* The table of the option `cassette`. */
static const char *const cassette_modes[] = {"once", "replay", "record", "check", NULL};
static const struct option cassette[] = {
    {.name = "path", .type = OPTION_TEXT},
    {.name = "ignore", .type = OPTION_TEXTS},
    {.name = "filter", .type = OPTION_FUNCTION},
    {.name = "max_age", .type = OPTION_SECONDS},
    {.name = "warn", .type = OPTION_FUNCTION},
    {.name = "mode", .type = OPTION_CHOICE, .choices = cassette_modes},
    {.name = NULL},
};

/* Returns whether the table at `index` has the field `name`. [-0, +0, m] */
static bool has_field(lua_State *L, int index, const char *name) {
  if (!options_push(L, index, name)) return false;
  lua_pop(L, 1);
  return true;
}

/*
** Returns whether the value at absolute `index` looks like a relationship: a relationship object,
** an identifier, or an array of these. [-0, +0, m]
*/
static bool is_relationship(lua_State *L, int index) {
  if (!lua_istable(L, index)) return false;
  if (has_field(L, index, "data") || has_field(L, index, "type")) return true;
  lua_rawgeti(L, index, 1);
  bool is_array = lua_istable(L, -1) && has_field(L, -1, "type");
  lua_pop(L, 1);
  return is_array;
}

/* Suggests the section of a resource to which a field belongs. See options_suggest. */
static bool suggest_section(lua_State *L, int key) {
  if (!path_has_plain_name(L, key)) return false;
  lua_pushfstring(L, "%s.%s", is_relationship(L, key + 1) ? "relationships" : "attributes",
                  lua_tostring(L, key));
  return true;
}

static const struct kind {
  const struct option *known;
  options_suggest *suggest;
  bool is_extensible; /* may have members of extensions and @-members */
} kinds[] = {
    {resource, suggest_section, true}, /* a resource to create or update */
    {write, NULL, false},
    {operation, NULL, true},
    {ref, NULL, true},
    {operations, NULL, false},
    {request, NULL, false},
    {loop, NULL, false},
    {encode, NULL, false},
    {cassette, NULL, false},
};

static const char *const names[] = {"resource", "write", "operation", "ref",      "operations",
                                    "request",  "loop",  "encode",    "cassette", NULL};

/*
** Returns whether the key at `index` belongs to an extension (JSON:API 1.1, 6.3) or is an @-member
** (5.3); these may have any value.
*/
static bool is_foreign(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return false;
  const char *name = lua_tostring(L, index);
  return *name == '@' || strchr(name, ':') != NULL;
}

/* Raises if the string is blank: libcurl would not send the header. */
static void refuse_blank(lua_State *L, int index, const char *prefix, const char *name) {
  const char *text = options_string(L, index, name, NULL);
  if (text != NULL && text[strspn(text, " ")] == '\0')
    usage_error_raise(L, "%s%s: expected a string, got one of blanks only", prefix, name);
}

/* Pushes a copy of the table at index 1 without its foreign members. [-0, +1, m] */
static void push_own_members(lua_State *L) {
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, 1) != 0;) {
    if (is_foreign(L, -2)) {
      lua_pop(L, 1);
      continue;
    }
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
}

/*
** core.check_members(table, kind, prefix): raises a usage error for an unknown or wrong member.
** Stack: table, kind (one of `names`), prefix (a string that comes before the member's name).
*/
static int f_check_members(lua_State *L) {
  lua_settop(L, 3);
  luaL_checktype(L, 1, LUA_TTABLE);
  const struct kind *kind = &kinds[luaL_checkoption(L, 2, NULL, names)];
  const char *prefix = luaL_checkstring(L, 3);
  if (kind->is_extensible)
    push_own_members(L);
  else
    lua_pushvalue(L, 1);
  options_check_or_suggest(L, 4, prefix, kind->known, kind->suggest);
  refuse_blank(L, 4, prefix, "if_match");
  refuse_blank(L, 4, prefix, "idempotency_key");
  return 0;
}

/*
** core.describe(value): returns a description of a wrong value, to follow "got" in a usage error.
** Stack: value.
*/
static int f_describe(lua_State *L) {
  lua_settop(L, 1);
  if (lua_istable(L, 1))
    options_describe_table(L, 1);
  else
    options_describe(L, 1);
  return 1;
}

/*
** core.array_length(value): returns the number of items of an array; nil if the value is no table,
** has holes or other keys. Reads it raw. Stack: value.
*/
static int f_array_length(lua_State *L) {
  lua_settop(L, 1);
  if (!lua_istable(L, 1) || table_kind_of(L, 1) > TABLE_KIND_ARRAY) return 0;
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
  return 1;
}

void members_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"check_members", f_check_members},
                                       {"describe", f_describe},
                                       {"array_length", f_array_length},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
