/*
** client_options.h: the options of harnest.new, made into a session.
*/
#ifndef HARNEST_CLIENT_OPTIONS_H
#define HARNEST_CLIENT_OPTIONS_H

#include <lua.h>

#include "http/session.h"

/* Raises for an option in the table at `options` that is unknown, with the nearest known one, or of the wrong type. */
void client_options_check(lua_State *L, int options);

/*
** Sets the session, zeroed, by the checked table at `options` and by the environment; raises for what cannot be. What the
** session points to is kept in the table at `keep`, and so are the functions `token` and `trace`. [-0, +0, e]
*/
void client_options_read(lua_State *L, struct session *session, int options, int keep);

#endif
