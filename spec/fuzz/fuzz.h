/*
** fuzz.h: shared by the fuzzing targets: splits an input into lines, and provides a Lua state with
** the core.
**
** The Lua side of a target is a file with the target's name, which returns a function of the input;
** an error that it raises is a find. One state serves many inputs and is replaced from time to
** time.
*/
#ifndef HARNEST_FUZZ_H
#define HARNEST_FUZZ_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_COLLECT_EVERY 16
#define FUZZ_RENEW_EVERY 20000

int luaopen_harnest_core(lua_State *L);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rest of the input. */
struct fuzz_input {
  const char *at;
  size_t left;
};

/* Reports a find that no sanitizer detects: prints the condition and aborts. */
static inline void fuzz_must(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "does not hold: %s\n", what);
  abort();
}

/* Takes the input up to `separator`, and skips it. Returns a terminated copy; caller frees. */
static inline char *fuzz_take(struct fuzz_input *input, char separator) {
  const char *end = input->left > 0 ? memchr(input->at, separator, input->left) : NULL;
  size_t length = end != NULL ? (size_t)(end - input->at) : input->left;
  char *text = malloc(length + 1);
  fuzz_must(text != NULL, "there is memory");
  if (length > 0) memcpy(text, input->at, length);
  text[length] = '\0';
  input->at += end != NULL ? length + 1 : length;
  input->left -= end != NULL ? length + 1 : length;
  return text;
}

/*
** Returns the state. Index 1 is the function returned by spec/fuzz/NAME.lua if `name` is not NULL.
*/
static inline lua_State *fuzz_state(const char *name) {
  static lua_State *L;
  static unsigned inputs;
  if (L != NULL && inputs++ < FUZZ_RENEW_EVERY) {
    if (inputs % FUZZ_COLLECT_EVERY == 0) lua_gc(L, LUA_GCCOLLECT, 0);
    return L;
  }
  if (L != NULL) lua_close(L);
  inputs = 0;
  L = luaL_newstate();
  fuzz_must(L != NULL, "there is memory");
  luaL_openlibs(L);
  luaL_requiref(L, "harnest.core", luaopen_harnest_core, 0);
  lua_settop(L, 0);
  char path[256];
  snprintf(path, sizeof path, "spec/fuzz/%s.lua", name != NULL ? name : "");
  if (name == NULL || (luaL_loadfile(L, path) == LUA_OK && lua_pcall(L, 0, 1, 0) == LUA_OK))
    return L;
  fprintf(stderr, "%s\n", lua_tostring(L, -1));
  exit(2);
}

/* __msgh: the error with a traceback. Stack: error. */
static inline int fuzz_traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

/* Calls the function below its `count` arguments on top of the stack; an error is a find. */
static inline void fuzz_call(lua_State *L, int count) {
  int handler = lua_gettop(L) - count;
  lua_pushcfunction(L, fuzz_traceback);
  lua_insert(L, handler);
  if (lua_pcall(L, count, 0, handler) != LUA_OK) {
    fprintf(stderr, "does not hold: %s\n", lua_tostring(L, -1));
    abort();
  }
  lua_remove(L, handler);
}

#endif
