/*
** posix_process.c: a Lua module for specs that need processes: fork([seconds]), wait([pid]), leave(),
** reopen(path, descriptor, ...), setenv(name, value), has_leaks().
*/
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 20 /* seconds that a child may live if fork is not told otherwise */

int luaopen_posix_process(lua_State *L);

/*
** Stack: the seconds that the child may live, 20 by default, or 0 for no limit. Forks. Pushes 0 in the
** child, and the child's process number in the parent. Raises an error if it cannot.
*/
static int process_fork(lua_State *L) {
  unsigned seconds = (unsigned)luaL_optinteger(L, 1, PATIENCE);
  fflush(NULL);
  pid_t child = fork();
  if (child < 0) return luaL_error(L, "cannot fork: %s", strerror(errno));
  if (child == 0) alarm(seconds);
  lua_pushinteger(L, child);
  return 1;
}

/*
** Stack: a child's process number, or none for any. Waits until it has ended. Pushes its exit
** status; 128 and the number of the signal that ended it.
*/
static int process_wait(lua_State *L) {
  pid_t child = (pid_t)luaL_optinteger(L, 1, -1);
  int status = 0;
  waitpid(child, &status, 0);
  lua_pushinteger(L, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  return 1;
}

/* Stack: nothing. Ends this process immediately, without closing the Lua state. */
static int process_leave(lua_State *L) {
  (void)L;
  fflush(NULL);
  _exit(0);
}

/*
** Stack: a path, file descriptors. Opens the emptied file for writing as these descriptors. Raises an
** error if it cannot.
*/
static int process_reopen(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  int opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (opened < 0) return luaL_error(L, "cannot open %s: %s", path, strerror(errno));
  for (int i = 2; i <= lua_gettop(L); i++) {
    if (dup2(opened, (int)luaL_checkinteger(L, i)) < 0) {
      close(opened);
      return luaL_error(L, "cannot use descriptor %s: %s", lua_tostring(L, i), strerror(errno));
    }
  }
  close(opened);
  return 0;
}

/* Stack: the name of an environment variable, its value or nil. Sets or removes it. */
static int process_setenv(lua_State *L) {
  const char *name = luaL_checkstring(L, 1), *value = luaL_optstring(L, 2, NULL);
  if (value == NULL) {
    unsetenv(name);
  } else {
    setenv(name, value, 1);
  }
  return 0;
}

/*
** Stack: nothing. Pushes whether LeakSanitizer finds memory that nothing refers to, which it then
** prints; false if this process runs without it. <sanitizer/lsan_interface.h>
*/
static int process_has_leaks(lua_State *L) {
  void *symbol = dlsym(RTLD_DEFAULT, "__lsan_do_recoverable_leak_check");
  int (*check)(void) = NULL;
  memcpy(&check, &symbol, sizeof check); /* C has no cast from an object to a function */
  lua_pushboolean(L, check != NULL && check() != 0);
  return 1;
}

static const luaL_Reg functions[] = {
    {"fork", process_fork},
    {"wait", process_wait},
    {"leave", process_leave},
    {"reopen", process_reopen},
    {"setenv", process_setenv},
    {"has_leaks", process_has_leaks},
    {NULL, NULL},
};

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_posix_process(lua_State *L) {
  lua_newtable(L);
  for (const luaL_Reg *function = functions; function->name != NULL; function++) {
    lua_pushcfunction(L, function->func);
    lua_setfield(L, -2, function->name);
  }
  return 1;
}
