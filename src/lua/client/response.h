/*
** response.h: converts a finished request to Lua: the facts of a success, or the error object of
** API.md.
*/
#ifndef HARNEST_RESPONSE_H
#define HARNEST_RESPONSE_H

#include <lua.h>

#include "http/request.h"
#include "lua/document/document.h"

/* Pushes the error object of a failed request, without the token in any field. [-0, +1, m] */
void response_push_error(lua_State *L, struct request *request);

/*
** Pushes a table about a successful response: status, url (after redirects), redirected,
** retry_after (seconds), and the headers etag, location and content_location, if the server sent
** them. Removes the token from the table and from all headers. Raises on out of memory. [-0, +1, m]
*/
void response_push_facts(lua_State *L, struct request *request);

/*
** Pushes a table with the header etag of a successful response alone, if the server sent it,
** without the token. Raises on out of memory. [-0, +1, m]
*/
void response_push_etag(lua_State *L, struct request *request);

/*
** Pushes a table of header fields, stored as in response_headers.h: names in lower case, repeated
** ones joined (RFC 9110, 5.3). [-0, +1, m]
*/
void response_push_fields(lua_State *L, const struct buffer *headers);

/* Pushes the table of the response's headers. [-0, +1, m] */
void response_push_headers(lua_State *L, const struct request *request);

#endif
