/*
** client.h: the client userdata, and access to its session.
*/
#ifndef HARNEST_CLIENT_H
#define HARNEST_CLIENT_H

#include <lua.h>

#include "http/session.h"

/*
** Returns the session of the open client at `index`. Raises a usage error for any other value and
** for a closed client. [-0, +0, v]
*/
struct session *client_check(lua_State *L, int index);

/*
** Returns the session of the client at `index`, which may be closed. Raises a usage error for any
** other value. [-0, +0, v]
*/
struct session *client_session(lua_State *L, int index);

/* Adds core.client and the functions on clients to the table on top. [-0, +0, m] */
void client_open(lua_State *L);

#endif
