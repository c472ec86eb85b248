/*
** response.h: a request that is done, read: its document, or its failure as the error object of API.md.
*/
#ifndef HARNEST_RESPONSE_H
#define HARNEST_RESPONSE_H

#include <lua.h>

#include "http/request.h"
#include "lua/document/document.h"

/* Pushes the error object of a request that failed, the token taken out of everything in it. [-0, +1, m] */
void response_push_failure(lua_State *L, struct request *request);

/*
** Pushes a table of what a success brought beside its document: status, headers, url (where it was found in the end),
** redirected, retry_after (seconds, if the server asked for them); the token taken out. [-0, +1, m]
*/
void response_push_facts(lua_State *L, struct request *request);

/* Pushes a table of the answer's header fields, names in lower case, repeated ones joined (RFC 9110, 5.3). [-0, +1, m] */
void response_push_headers(lua_State *L, const struct request *request);

#endif
