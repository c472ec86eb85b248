/*
** error.h: creates the error object.
*/
#ifndef HARNEST_ERROR_H
#define HARNEST_ERROR_H

#include <lua.h>

#include "http/error_kind.h"

/*
** Pushes an error object with the fields `kind`, `status` (absent if 0) and `message` (copied), and
** with `outcome_unknown` and `retryable` of false. [-0, +1, m]
*/
void error_push(lua_State *L, enum error_kind kind, long status, const char *message);

/*
** Registers the metatable. Adds to the table on top: error_methods, the table of the methods;
** error_line. [-0, +0, m]
*/
void error_open(lua_State *L);

#endif
