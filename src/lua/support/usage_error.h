/*
** usage_error.h: a caller's mistake raised as an error that points at the caller's own line.
*/
#ifndef HARNEST_USAGE_ERROR_H
#define HARNEST_USAGE_ERROR_H

#include <lua.h>

/*
** Raises an error with a message as lua_pushfstring makes it, behind the place in the innermost Lua function that is not
** harnest's own. Never returns; the int is for `return usage_error_raise(…)`. [-0, +0, e]
*/
int usage_error_raise(lua_State *L, const char *format, ...);

/* Pushes the string at `index` with each NUL in it as \0, so that a message shows it whole; returns it. [-0, +1, m] */
const char *usage_error_quote(lua_State *L, int index);

/* Adds to the table on top: mistake(message), which raises it so. [-0, +0, m] */
void usage_error_open(lua_State *L);

#endif
