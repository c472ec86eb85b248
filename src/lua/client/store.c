/*
** store.c: passes the entries of a cache to its store, and the store's records to requests.
**
** The keys of the cache contain tokens, so the store has them hashed.
*/
#include "lua/client/store.h"

#include <string.h>

#include "base/clock.h"
#include "base/sha256.h"
#include "http/cache_control.h"
#include "http/request.h"
#include "lua/client/client.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define ENTRY_TYPE "harnest.published_entry"
#define STORE_PREFIX "harnest:"

/* Pushes the name that a key of the cache has in the store. [-0, +1, m] */
static void push_name(lua_State *L, const char *key) {
  char name[sizeof STORE_PREFIX - 1 + SHA256_HEX];
  memcpy(name, STORE_PREFIX, sizeof STORE_PREFIX - 1);
  sha256_hex(key, strlen(key), name + sizeof STORE_PREFIX - 1);
  lua_pushlstring(L, name, sizeof name);
}

/* __gc. Stack: the userdata of a pointer to an entry. */
static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  struct cache_entry **entry = luaL_checkudata(L, 1, ENTRY_TYPE);
  cache_release(*entry);
  *entry = NULL;
  return 0;
}

/* Pushes the bytes of a record. [-0, +1, m] */
static void push_record(lua_State *L, const struct cache_record *record) {
  size_t size = cache_record_size(record);
  char *bytes = lua_newuserdata(L, size);
  cache_record_write(record, bytes);
  lua_pushlstring(L, bytes, size);
  lua_remove(L, -2);
}

/*
** core.store_take(client): returns the name, the bytes and the lifetime in seconds (0 for no limit)
** of the next entry that the store shall have; nil if there is none. Stack: client.
*/
static int f_take(lua_State *L) {
  lua_settop(L, 1);
  struct session *session = client_session(L, 1);
  struct cache_entry **owner = compat_newuserdata(L, sizeof *owner, ENTRY_TYPE);
  struct cache_entry *entry = *owner = session_take_published(session);
  if (entry == NULL) return 0;
  struct cache_record record = cache_record_of(entry);
  double now = clock_now();
  double end = record.stale_until > record.fresh_until ? record.stale_until : record.fresh_until;
  push_name(L, entry->key);
  push_record(L, &record);
  lua_pushnumber(L, cache_control_has_validator(&entry->headers) ? 0
                    : end > now                                  ? end - now
                                                                 : 0.001);
  cache_release(entry);
  *owner = NULL;
  return 3;
}

/*
** core.store_take_write(client): returns whether the client has written since the last call, so
** that the store's count of writes must grow. Stack: client.
*/
static int f_take_write(lua_State *L) {
  lua_settop(L, 1);
  struct session *session = client_session(L, 1);
  lua_pushboolean(L, session->store.has_written);
  session->store.has_written = false;
  return 1;
}

/*
** core.store_question(client): returns the name that the first waiting request asks the store for;
** nil if there is none. Stack: client.
*/
static int f_question(lua_State *L) {
  lua_settop(L, 1);
  const char *key = request_asked_key(client_session(L, 1));
  if (key == NULL) return 0;
  push_name(L, key);
  return 1;
}

/*
** core.store_answer(client, bytes, writes): gives that request the store's answer. Stack: client,
** bytes (a string; another value is no record), writes (the store's count of writes, a number).
*/
static int f_answer(lua_State *L) {
  lua_settop(L, 3);
  struct session *session = client_session(L, 1);
  double writes = luaL_checknumber(L, 3);
  struct cache_record record;
  size_t length = 0;
  const char *bytes = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : NULL;
  bool is_record = bytes != NULL && cache_record_read(&record, bytes, length);
  request_answer_store(session, is_record ? &record : NULL, writes);
  return 0;
}

void store_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"store_take", f_take},
                                       {"store_take_write", f_take_write},
                                       {"store_question", f_question},
                                       {"store_answer", f_answer},
                                       {NULL, NULL}};
  metatable_register_gc(L, ENTRY_TYPE, m_gc);
  luaL_setfuncs(L, functions, 0);
}
