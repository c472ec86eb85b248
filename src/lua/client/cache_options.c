/*
** cache_options.c: the cache: its size, policy and store.
*/
#include "lua/client/cache_options.h"

#include "lua/support/compat.h"
#include "lua/support/options.h"

#define DEFAULT_SIZE (INT64_C(16) << 20) /* bytes */

/* Reads cache = {size =, ttl =, stale_if_error =, shared =}, at `index`. [-0, +0, e] */
static struct cache_policy read_cache_table(lua_State *L, int index) {
  static const struct option members[] = {{.name = "size", .type = OPTION_BYTES},
                                          {.name = "ttl", .type = OPTION_SECONDS},
                                          {.name = "stale_if_error", .type = OPTION_SECONDS},
                                          {.name = "shared", .type = OPTION_ANY},
                                          {.name = NULL}};
  options_check(L, index, "option cache.", members);
  return (struct cache_policy){
      .size = (size_t)options_whole(L, index, "size", DEFAULT_SIZE),
      .ttl = options_seconds(L, index, "ttl", 0),
      .stale_if_error = options_seconds(L, index, "stale_if_error", 0),
      .has_store = options_has(L, index, "shared"),
  };
}

void cache_options_read(lua_State *L, struct session *session, int options, int keep) {
  struct cache_policy policy = {.size = 0};
  if (!options_push(L, options, "cache")) return;
  lua_pushnil(L);
  lua_setfield(L, keep, "store");
  if (lua_istable(L, -1)) {
    policy = read_cache_table(L, lua_gettop(L));
    if (options_push(L, lua_gettop(L), "shared")) lua_setfield(L, keep, "store");
  } else if (options_boolean(L, options, "cache", true))
    policy.size = (size_t)options_whole(L, options, "cache", DEFAULT_SIZE);
  lua_pop(L, 1);
  cache_free(session->cache);
  session->cache = NULL;
  if (policy.size == 0) return;
  session->cache = cache_new(&policy);
  if (session->cache == NULL) luaL_error(L, "not enough memory");
}
