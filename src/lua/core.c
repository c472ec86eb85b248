/*
** core.c: the C module `harnest.core`: a table of the functions that the Lua part of harnest uses.
*/
#include "base/version.h"

#include <lualib.h>
#include <string.h>

#include "base/uuid.h"
#include "lua/client/basic.h"
#include "lua/client/call.h"
#include "lua/client/cassette.h"
#include "lua/client/client.h"
#include "lua/client/error.h"
#include "lua/client/host.h"
#include "lua/client/listing.h"
#include "lua/client/members.h"
#include "lua/client/page_size.h"
#include "lua/client/shared_engine.h"
#include "lua/client/target.h"
#include "lua/client/store.h"
#include "lua/client/trace_event.h"
#include "lua/document/document.h"
#include "lua/document/resource.h"
#include "lua/document/row.h"
#include "lua/document/view.h"
#include "lua/json/decode.h"
#include "lua/json/encode.h"
#include "lua/json/value.h"
#include "lua/modules.h"
#include "lua/query/query.h"
#include "lua/support/compat.h"
#include "lua/support/finalizer.h"
#include "lua/support/usage_error.h"
#include "lua/support/null.h"

#if defined(__GNUC__)
#define CORE_EXPORT __attribute__((visibility("default")))
#else
#define CORE_EXPORT
#endif

/* The Lua whose headers this file is compiled with. LuaJIT's have the name of its library. */
#ifdef LUA_JITLIBNAME
#define CORE_LUA "LuaJIT"
#else
#define CORE_LUA LUA_VERSION
#endif

/*
** lua/harnest/load_core.lua looks for it, in errors and in the file of a module that cannot be
** loaded.
*/
#define CORE_MARK "harnest.core is built for " CORE_LUA ";"

CORE_EXPORT int luaopen_harnest_core(lua_State *L);

/*
** Raises if the Lua that runs has another C API than the one this file was compiled for. Most such
** modules lack a function and cannot be loaded; this is for a Lua that has them all. It compares
** `_VERSION`, because lua_version differs between the APIs. LuaJIT's API is that of Lua 5.1.
** [-0, +0, e]
*/
static void check_lua(lua_State *L) {
  lua_getglobal(L, "_VERSION");
  const char *version = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : LUA_VERSION;
  if (strcmp(version, LUA_VERSION) != 0) luaL_error(L, "%s", CORE_MARK);
  lua_pop(L, 1);
}

/*
** core.document_table(document): returns a table of all members of the document. Stack: document.
*/
static int f_document_table(lua_State *L) {
  lua_settop(L, 1);
  document_check(L, 1);
  document_push_table(L, 1);
  return 1;
}

/*
** core.error(kind, message): returns an error object of kind "refused", "protocol" or "cancelled".
** Stack: kind (a string), message (a string).
*/
static int f_error(lua_State *L) {
  lua_settop(L, 2);
  static const char *const names[] = {"refused", "protocol", "cancelled", NULL};
  static const enum error_kind kinds[] = {KIND_REFUSED, KIND_PROTOCOL, KIND_CANCELLED};
  enum error_kind kind = kinds[luaL_checkoption(L, 1, NULL, names)];
  luaL_checkstring(L, 2);
  error_push(L, kind, 0, usage_error_push_message(L, 2));
  return 1;
}

/*
** core.set_array_metatable(metatable): sets the metatable of the arrays that are made from now on.
** Stack: metatable (a table).
*/
static int f_set_array_metatable(lua_State *L) {
  lua_settop(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  value_set_array_metatable(L);
  return 0;
}

/* core.is_null(value): returns whether the value is JSON's null. Stack: value. */
static int f_is_null(lua_State *L) {
  lua_settop(L, 1);
  lua_pushboolean(L, null_is(L, 1));
  return 1;
}

/* core.uuid(): returns a new random UUID. Raises if the system has no random bytes. */
static int f_uuid(lua_State *L) {
  lua_settop(L, 0);
  char text[UUID_LENGTH];
  if (!uuid_make(text)) return luaL_error(L, "harnest.uuid: the system has no random bytes");
  lua_pushlstring(L, text, sizeof text);
  return 1;
}

static const luaL_Reg functions[] = {
    {"document_table", f_document_table},           {"error", f_error}, {"is_null", f_is_null},
    {"set_array_metatable", f_set_array_metatable}, {"uuid", f_uuid},   {NULL, NULL},
};

int luaopen_harnest_core(lua_State *L) {
  check_lua(L);
  modules_open(L);
  null_open(L);
  member_names_open(L);
  document_open(L);
  resource_open(L);
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  error_open(L);
  basic_open(L);
  query_open(L);
  encode_open(L);
  decode_open(L);
  usage_error_open(L);
  members_open(L);
  client_open(L);
  cassette_module_open(L);
  store_open(L);
  trace_event_open(L);
  finalizer_open(L);
  shared_engine_open(L);
  host_open(L);
  target_open(L);
  call_open(L);
  row_open(L);
  listing_open(L);
  page_size_open(L);
  view_open(L);
  lua_pushliteral(L, HARNEST_VERSION);
  lua_setfield(L, -2, "VERSION");
  null_push(L);
  lua_setfield(L, -2, "null");
  value_push_unstated_metatable(L);
  lua_setfield(L, -2, "unstated_metatable");
  return 1;
}
