/*
** listing_options.h: reads the options of core.listing.
*/
#ifndef HARNEST_LISTING_OPTIONS_H
#define HARNEST_LISTING_OPTIONS_H

#include <lua.h>

#include "http/session.h"
#include "lua/client/listing_state.h"

/* Raises a usage error for an unknown or wrong option in the table at index 2. [-0, +0, v] */
void listing_check_options(lua_State *L);

/*
** Reads the options at index 2 and begins the list. Stores the URL of its first page in the
** listing's own table, which is on top. [-0, +0, v]
*/
void listing_read_options(lua_State *L, struct listing *listing, struct session *session);

/*
** Reads the option `lines` of the table at `index`, and stores what the lines need in the listing's
** own table, which is on top. [-0, +0, e]
*/
void listing_read_lines(lua_State *L, struct listing *listing, int index);

#endif
