/*
** basic.h: credentials of HTTP's Basic authentication.
*/
#ifndef HARNEST_BASIC_H
#define HARNEST_BASIC_H

#include <lua.h>

/* Adds the function `basic` to the table on top. [-0, +0, m] */
void basic_open(lua_State *L);

#endif
