/*
** base_url_options.h: reads the options `url` and `company`.
*/
#ifndef HARNEST_BASE_URL_OPTIONS_H
#define HARNEST_BASE_URL_OPTIONS_H

#include <lua.h>
#include <stdbool.h>

#include "http/session.h"

/*
** Sets the base URL of a session from the checked options, the environment or the cassette, unless
** it is inherited and no option sets another one. The table at `keep` owns it. Raises a usage error
** if there is none, or it is not valid. [-0, +0, e]
*/
void base_url_options_read(lua_State *L, struct session *session, int options, int keep);

/*
** Whether a derived client is one of another server than that of `base`, whose token it must not
** get. [-0, +0, m]
*/
bool base_url_options_left(lua_State *L, const struct session *session, const char *base);

#endif
