/*
** page_size.h: how a list can ask for larger pages.
*/
#ifndef HARNEST_PAGE_SIZE_H
#define HARNEST_PAGE_SIZE_H

#include <lua.h>

/* Adds the function `page_size_name` to the table on top. [-0, +0, m] */
void page_size_open(lua_State *L);

#endif
