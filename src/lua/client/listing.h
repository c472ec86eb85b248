/*
** listing.h: the iterator over a list's pages and resources.
*/
#ifndef HARNEST_LISTING_H
#define HARNEST_LISTING_H

#include <lua.h>

/* Adds the functions on listings to the table on top. [-0, +0, m] */
void listing_open(lua_State *L);

#endif
