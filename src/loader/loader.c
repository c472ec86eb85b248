/*
** loader.c: the C module `harnest.core` on Linux. It loads the core, a library beside it, which
** stays loaded until the process ends.
**
** Lua loads modules with RTLD_NOW, which resolves each function that libcurl and its thirty
** libraries may ever call: a sixth of the time that a short script takes. Here they are loaded with
** RTLD_LAZY. The core itself is linked with -z now, so that a Lua without one of its functions is
** noticed. And libcurl is loaded before the core, so that its libraries search each symbol among
** themselves, not in those of the core, too: that is a tenth.
**
** LOADER_CORE is the file name of the core, LOADER_FIRST that of libcurl as the core names it.
*/
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* for dladdr */
#endif
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <string.h>

/* Writes the path of the core, beside this library. Returns false if it is too long or unknown. */
static bool find_core(char *path, size_t size) {
  static const char here = 0;
  Dl_info own;
  if (dladdr(&here, &own) == 0) return false;
  const char *slash = strrchr(own.dli_fname, '/');
  size_t folder = slash != NULL ? (size_t)(slash - own.dli_fname) + 1 : 0;
  if (folder + sizeof LOADER_CORE > size) return false;
  memcpy(path, own.dli_fname, folder);
  memcpy(path + folder, LOADER_CORE, sizeof LOADER_CORE);
  return true;
}

/*
** Opens the core's module. Raises an error like that of `require` if the core cannot be loaded.
** [-0, +1, e]
*/
__attribute__((visibility("default"))) int luaopen_harnest_core(lua_State *L);

int luaopen_harnest_core(lua_State *L) {
  char path[4096];
  if (!find_core(path, sizeof path)) return luaL_error(L, "the path of harnest.core is too long");
  dlopen(LOADER_FIRST, RTLD_LAZY | RTLD_LOCAL); /* if it fails, the core's failure says why */
  void *core = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  void *address = core != NULL ? dlsym(core, "luaopen_harnest_core") : NULL;
  if (address == NULL) {
    lua_pushfstring(L, "error loading module 'harnest.core' from file '%s':\n\t%s", path,
                    dlerror());
    return lua_error(L);
  }
  lua_CFunction open;
  memcpy(&open, &address, sizeof open); /* C has no conversion; POSIX has */
  return open(L);
}
