/*
** tls_options.h: reads the options of TLS: certificates, revocation, `insecure`.
*/
#ifndef HARNEST_TLS_OPTIONS_H
#define HARNEST_TLS_OPTIONS_H

#include <lua.h>

#include "http/session.h"

/* The values of the option `revocation`, ended by NULL. */
extern const char *const tls_options_revocations[];

/*
** Sets how a session uses TLS, from the checked options; the table at `keep` has those that the
** client keeps unchanged, and owns the strings. Raises if Schannel does not support an option.
** [-0, +0, e]
*/
void tls_options_read(lua_State *L, struct session *session, int options, int keep);

#endif
