/*
** cdata.h: 64-bit integers of LuaJIT's FFI (int64_t and uint64_t), which are values of type cdata.
** On other Luas there are none.
*/
#ifndef HARNEST_CDATA_H
#define HARNEST_CDATA_H

#include <lua.h>
#include <stdbool.h>

/*
** If the value at `index` is an int64_t or uint64_t, pushes its decimal digits, with a `-` if it is
** negative, and returns true. For any other value pushes nothing and returns false.
** [-0, +(0|1), e]
*/
bool cdata_push_integer(lua_State *L, int index);

/* Whether the value at `index` is an int64_t or uint64_t. [-0, +0, e] */
bool cdata_is_integer(lua_State *L, int index);

#endif
