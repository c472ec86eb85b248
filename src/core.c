/*
** core.c: the C module `harnest.core`, a table of what each room gives to the Lua side of harnest.
*/
#include "core.h"

#include "alarm.h"
#include "call.h"
#include "client.h"
#include "compat.h"
#include "decode.h"
#include "document.h"
#include "encode.h"
#include "failure.h"
#include "host.h"
#include "listing.h"
#include "mistake.h"
#include "query.h"
#include "resource.h"
#include "target.h"
#include "uuid.h"
#include "value.h"
#include "view.h"
#include "write.h"

#if defined(__GNUC__)
#define CORE_EXPORT __attribute__((visibility("default")))
#else
#define CORE_EXPORT
#endif

CORE_EXPORT int luaopen_harnest_core(lua_State *L);

/* core.document_table(document): a table of all its members. Stack: document. */
static int f_document_table(lua_State *L) {
  document_check(L, 1);
  document_push_table(L, 1);
  return 1;
}

/* core.failure(kind, message): an error object of the kind "refused", "protocol" or "cancelled". Stack: kind, message. */
static int f_failure(lua_State *L) {
  static const char *const names[] = {"refused", "protocol", "cancelled", NULL};
  static const enum failure_kind kinds[] = {FAILURE_REFUSED, FAILURE_PROTOCOL, FAILURE_CANCELLED};
  failure_push(L, kinds[luaL_checkoption(L, 1, NULL, names)], 0, luaL_checkstring(L, 2));
  return 1;
}

/* core.set_array_metatable(metatable): what arrays carry from now on. Stack: metatable. */
static int f_set_array_metatable(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  value_set_array_metatable(L);
  return 0;
}

static const luaL_Reg functions[] = {
    {"document_table", f_document_table},
    {"failure", f_failure},
    {"set_array_metatable", f_set_array_metatable},
    {NULL, NULL},
};

int luaopen_harnest_core(lua_State *L) {
  failure_open(L);
  document_open(L);
  resource_open(L);
  lua_newtable(L);
  compat_setfuncs(L, functions);
  alarm_open(L);
  query_open(L);
  encode_open(L);
  decode_open(L);
  uuid_open(L);
  mistake_open(L);
  write_open(L);
  client_open(L);
  host_open(L);
  target_open(L);
  call_open(L);
  listing_open(L);
  view_open(L);
  lua_pushliteral(L, HARNEST_VERSION);
  lua_setfield(L, -2, "VERSION");
  value_push_null(L);
  lua_setfield(L, -2, "null");
  value_push_unstated_metatable(L);
  lua_setfield(L, -2, "unstated_metatable");
  return 1;
}
