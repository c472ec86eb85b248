/*
** null.h: JSON's null in Lua, and the empty object of Neovim.
**
** null is light userdata NULL, as in lua-cjson and nginx; in Neovim it is vim.NIL, and tables of
** empty objects get the metatable of vim.empty_dict(). No other light userdata is used: LuaJIT
** refuses addresses beyond 47 bits.
*/
#ifndef HARNEST_NULL_H
#define HARNEST_NULL_H

#include <lua.h>
#include <stdbool.h>

/* Reads the null and the empty object of Neovim, if there are any. [-0, +0, m] */
void null_open(lua_State *L);

/* Pushes JSON's null: vim.NIL in Neovim, otherwise light userdata NULL. [-0, +1, m] */
void null_push(lua_State *L);

/* Returns whether the value at `index` is JSON's null: either of the two. [-0, +0, m] */
bool null_is(lua_State *L, int index);

/*
** Gives the empty table on top, of an empty object, the metatable of one in Neovim; elsewhere does
** nothing. [-0, +0, m]
*/
void null_mark_empty_object(lua_State *L);

#endif
