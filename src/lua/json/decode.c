/*
** decode.c: converts JSON text to Lua values.
*/
#include "lua/json/decode.h"

#include "base/buffer.h"
#include "json/json.h"
#include "json/json_bigint.h"
#include "json/json_padding.h"
#include "lua/document/resource.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define PARSER_TYPE "harnest.decode.parser"

#define LONGEST_ERROR 4096

/* Owned by a userdata, so that the memory is freed if Lua raises. */
struct parser {
  struct json_document *json;
  struct buffer error;
};

static void free_parser(struct parser *parser) {
  json_free(parser->json);
  parser->json = NULL;
  buffer_free(&parser->error);
}

/* __gc. Stack: the userdata of a struct parser. */
static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  free_parser(lua_touserdata(L, 1));
  return 0;
}

/*
** Pushes a userdata with a copy of the string at `index`, followed by the padding that simdjson
** needs. Returns the copy and sets `*length` to the string's length in bytes. [-0, +1, m]
*/
static const char *push_padded(lua_State *L, int index, size_t *length) {
  const char *text = lua_tolstring(L, index, length);
  char *copy = lua_newuserdata(L, *length + JSON_PADDING);
  json_copy_padded(copy, text, *length);
  return copy;
}

/*
** core.decode(text, context): returns the Lua value of the JSON text, or nil and the reason why it
** is not valid JSON. Stack: text (a string), context ("plain", "resource" or nil).
*/
static int f_decode(lua_State *L) {
  lua_settop(L, 2);
  static const char *const known[] = {"plain", "resource", NULL};
  static const enum json_context contexts[] = {VALUE_PLAIN, VALUE_RESOURCE};
  size_t length;
  luaL_checktype(L, 1, LUA_TSTRING);
  enum json_context context = contexts[luaL_checkoption(L, 2, "plain", known)];
  struct parser *parser = compat_newuserdata(L, sizeof *parser, PARSER_TYPE);
  buffer_init(&parser->error, LONGEST_ERROR);
  parser->json = json_new();
  if (parser->json == NULL) return luaL_error(L, "not enough memory");
  const char *text = push_padded(L, 1, &length);
  if (json_bigint_parse(parser->json, text, length, false, &parser->error) == JSON_FINE) {
    value_push_array_metatable(L);
    resource_push_metatable(L, 0);
    struct member_names *names = member_names_push_table(L);
    int top = lua_gettop(L);
    struct push_context push = {.array_metatable = top - 2,
                                .resource_metatable = top - 1,
                                .name_table = top,
                                .names = names};
    value_push(L, json_root(parser->json), context, &push);
    free_parser(parser);
    return 1;
  }
  if (parser->error.failed == BUFFER_NO_MEMORY) return luaL_error(L, "not enough memory");
  lua_pushnil(L);
  lua_pushlstring(L, parser->error.length == 0 ? "" : parser->error.bytes, parser->error.length);
  free_parser(parser);
  return 2;
}

void decode_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", f_decode}, {NULL, NULL}};
  metatable_register_gc(L, PARSER_TYPE, m_gc);
  luaL_setfuncs(L, functions, 0);
}
