/*
** modules.h: the texts of the Lua modules in lua/harnest/, which are a part of the core.
**
** src/lua/modules.sh makes the table. A module that is loaded late depends on no file that way: the
** script may have changed its working directory or package.path, or have no file descriptor left.
*/
#ifndef HARNEST_MODULES_H
#define HARNEST_MODULES_H

#include <lua.h>
#include <stddef.h>

struct module_text {
  const char *name;  /* "harnest.write" */
  const char *chunk; /* its chunk name, "@harnest/write.lua" */
  const char *text;
  size_t length;
};

/* All modules; the last one has the name NULL. */
extern const struct module_text module_texts[];

/*
** Enters the modules that have no entry yet into package.preload, so that `require` finds them.
** [-0, +0, e]
*/
void modules_open(lua_State *L);

#endif
