/*
** usage_error.h: raises usage errors: errors in a script's arguments, reported at the script's
** line.
*/
#ifndef HARNEST_USAGE_ERROR_H
#define HARNEST_USAGE_ERROR_H

#include <lua.h>

/*
** Raises an error. The message is formatted as by lua_pushfstring and begins with the position in
** the innermost Lua function outside the module. Never returns; the int allows `return
** usage_error_raise(…)`. [-0, +0, v]
*/
int usage_error_raise(lua_State *L, const char *format, ...);

/*
** Pushes the string at `index` as messages show it, and returns that: at most EXCERPT_VALUE bytes,
** with each NUL replaced by `\0`. [-0, +1, m]
*/
const char *usage_error_quote(lua_State *L, int index);

/*
** Replaces each control character in the string on top by an escape such as `\n`, so that it is one
** line. [-1, +1, m]
*/
void usage_error_escape(lua_State *L);

/* As usage_error_quote, for a whole message: at most EXCERPT_MESSAGE bytes. [-0, +1, m] */
const char *usage_error_push_message(lua_State *L, int index);

/*
** Adds to the table on top: usage_error(message), which raises `message`, and excerpt(text), which
** returns it as messages show it. [-0, +0, m]
*/
void usage_error_open(lua_State *L);

#endif
