/*
** token_options.h: reads the options `token` and `authorization`.
*/
#ifndef HARNEST_TOKEN_OPTIONS_H
#define HARNEST_TOKEN_OPTIONS_H

#include <lua.h>
#include <stdbool.h>

#include "http/session.h"

/*
** Reads the checked options into new credentials of a session, unless they are inherited. If
** neither is given, the environment has the token, but not that of a derived client. The table at
** `keep` gets a function. Raises a usage error if the token is not valid. [-0, +0, e]
*/
void token_options_read(lua_State *L, struct session *session, int options, int keep,
                        bool is_derived);

/*
** Raises a usage error unless the options name the token of the other server of a derived client,
** or its parent has none. [-0, +0, e]
*/
void token_options_check_moved(lua_State *L, const struct session *session, int options);

#endif
