/*
** listing.h: the iterator over the pages and resources of a list.
*/
#ifndef HARNEST_LISTING_H
#define HARNEST_LISTING_H

#include <lua.h>

/*
** Adds core.listing, core.list_next and the other functions on listings to the table on top.
** [-0, +0, m]
*/
void listing_open(lua_State *L);

#endif
