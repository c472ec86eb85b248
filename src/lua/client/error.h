/*
** error.h: the one error object: its kinds, its metatable, its first fields.
*/
#ifndef HARNEST_ERROR_H
#define HARNEST_ERROR_H

#include <lua.h>

#include "http/error_kind.h"

/* Pushes an error object with `kind`, `status` (left out when 0) and `message`. [-0, +1, m] */
void error_push(lua_State *L, enum error_kind kind, long status, const char *message);

/* Registers the metatable. [-0, +0, m] */
void error_open(lua_State *L);

#endif
