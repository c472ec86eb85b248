/*
** client_fuzz.c: the public module against a server that may answer anything: lists of many pages,
** one after the other or at once, cursors, jobs, and writes with their error bodies.
**
** The Lua side does everything. An input is a line of settings, one letter each (see client.lua), a
** path, and the responses that fake_curl.h describes.
*/
#include <stdbool.h>

#include "fuzz.h"

#include "fake_curl.h"

static struct fuzz_input responses;

/* Starts again with the first response. `newest_first`: see fake_curl.h. Stack: newest_first. */
static int start_again(lua_State *L) {
  fake_begin(&responses);
  fake.newest_first = lua_toboolean(L, 1);
  return 0;
}

/* Stack: empty. Pushes the number of transfers so far, and whether one went to another origin. */
static int count_transfers(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)fake.starts);
  lua_pushboolean(L, fake.leaves_origin);
  return 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  responses = (struct fuzz_input){(const char *)data, size};
  char *settings = fuzz_take(&responses, '\n'), *path = fuzz_take(&responses, '\n');
  fake_begin(&responses);
  lua_State *L = fuzz_state("client");
  lua_pushvalue(L, 1);
  lua_pushstring(L, settings);
  lua_pushstring(L, path);
  lua_pushcfunction(L, start_again);
  lua_pushcfunction(L, count_transfers);
  fuzz_call(L, 4);
  free(settings);
  free(path);
  return 0;
}
