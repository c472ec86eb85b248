/*
** fork_test.c: a Lua module for fork_spec.lua: fork(), which returns 0 in the child; wait(), which
** waits for a child and returns its signal; leave(), which exits a child immediately.
*/
#include <lauxlib.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 20 /* seconds that a child may live */

int luaopen_fork_test(lua_State *L);

static int test_fork(lua_State *L) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) alarm(PATIENCE);
  lua_pushinteger(L, child);
  return 1;
}

static int test_wait(lua_State *L) {
  int status = 0;
  wait(&status);
  lua_pushinteger(L, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return 1;
}

static int test_leave(lua_State *L) {
  (void)L;
  fflush(NULL);
  _exit(0);
}

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_fork_test(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, test_fork);
  lua_setfield(L, -2, "fork");
  lua_pushcfunction(L, test_wait);
  lua_setfield(L, -2, "wait");
  lua_pushcfunction(L, test_leave);
  lua_setfield(L, -2, "leave");
  return 1;
}
