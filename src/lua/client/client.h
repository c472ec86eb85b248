/*
** client.h: the client userdata: its options made into a session, and what all rooms below need of it.
*/
#ifndef HARNEST_CLIENT_H
#define HARNEST_CLIENT_H

#include <lua.h>

#include "http/session.h"

/* The session of the open client at `index`; raises for anything else and for a client that was closed. */
struct session *client_check(lua_State *L, int index);

/* The session of the client at `index`, which may be closed; raises for anything else. */
struct session *client_session(lua_State *L, int index);

/* Adds the client's functions to the table on top: client, url, step and what wait.lua needs. [-0, +0, m] */
void client_open(lua_State *L);

#endif
