/*
** cache_options.h: reads the option `cache`.
*/
#ifndef HARNEST_CACHE_OPTIONS_H
#define HARNEST_CACHE_OPTIONS_H

#include <lua.h>

#include "http/session.h"

/*
** Sets the cache of a session, unless it is inherited; with the option `cache` it is a new one or
** none. Its store, if it has one, becomes the member `store` of the table at `keep`. [-0, +0, e]
*/
void cache_options_read(lua_State *L, struct session *session, int options, int keep);

#endif
