/*
** decode.c: JSON text made into a Lua value.
*/
#include "lua/json/decode.h"

#include "base/buffer.h"
#include "json/json.h"
#include "json/json_bigint.h"
#include "lua/document/resource.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define READING_TYPE "harnest.decode.reading"

#define LONGEST_COMPLAINT 4096

/* The userdata that owns the memory while Lua may raise. */
struct reading {
  struct json_document *json;
  struct buffer complaint;
};

static void free_reading(struct reading *reading) {
  json_free(reading->json);
  reading->json = NULL;
  buffer_free(&reading->complaint);
}

/* Stack: reading. */
static int gc_reading(lua_State *L) {
  free_reading(lua_touserdata(L, 1));
  return 0;
}

/* Pushes a copy of the text at `index` with the padding that the parser asks for. [-0, +1, m] */
static const char *push_padded(lua_State *L, int index, size_t *length) {
  const char *text = lua_tolstring(L, index, length);
  char *copy = lua_newuserdata(L, *length + JSON_PADDING);
  memcpy(copy, text, *length);
  memset(copy + *length, 0, JSON_PADDING);
  return copy;
}

/* decode(text, place). Stack: text, place. */
static int f_decode(lua_State *L) {
  static const char *const names[] = {"plain", "resource", NULL};
  static const enum json_context places[] = {VALUE_PLAIN, VALUE_RESOURCE};
  size_t length;
  luaL_checktype(L, 1, LUA_TSTRING);
  enum json_context place = places[luaL_checkoption(L, 2, "plain", names)];
  struct reading *reading = compat_newuserdata(L, sizeof *reading, READING_TYPE);
  buffer_init(&reading->complaint, LONGEST_COMPLAINT);
  reading->json = json_new();
  if (reading->json == NULL) return luaL_error(L, "not enough memory");
  const char *text = push_padded(L, 1, &length);
  if (json_bigint_parse(reading->json, text, length, &reading->complaint) == JSON_FINE) {
    value_push_array_metatable(L);
    resource_push_metatable(L, 0);
    struct push_context making = {.array_metatable = lua_gettop(L) - 1,
                                  .resource_metatable = lua_gettop(L)};
    value_push(L, json_root(reading->json), place, &making);
    free_reading(reading);
    return 1;
  }
  lua_pushnil(L);
  lua_pushlstring(L, reading->complaint.length == 0 ? "" : reading->complaint.bytes,
                  reading->complaint.length);
  free_reading(reading);
  return 2;
}

void decode_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", f_decode}, {NULL, NULL}};
  metatable_register_gc(L, READING_TYPE, gc_reading);
  luaL_setfuncs(L, functions, 0);
}
