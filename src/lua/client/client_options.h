/*
** client_options.h: checks the options of harnest.new, and sets up a session from them.
*/
#ifndef HARNEST_CLIENT_OPTIONS_H
#define HARNEST_CLIENT_OPTIONS_H

#include <lua.h>

#include "http/session.h"

/*
** Raises a usage error for an option in the table at `options` that is unknown or of the wrong
** type. [-0, +0, e]
*/
void client_options_check(lua_State *L, int options);

/*
** Sets up a session, zeroed but for `has_loop`, from the checked table at `options` and the
** environment; with a `parent`, an open client, from that and the options. Raises if that is
** impossible. The table at `keep` owns the strings that the session refers to, and the functions
** `token` and `trace`; with a parent it has the parent's. Its member `debug` is what the option or
** HARNEST_DEBUG sets. [-0, +0, e]
*/
void client_options_read(lua_State *L, struct session *session, int options, int keep,
                         const struct session *parent);

#endif
