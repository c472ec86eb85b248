/*
** answer.h: a request that is done, read: its document, or its failure as the error object of API.md.
*/
#ifndef HARNEST_ANSWER_H
#define HARNEST_ANSWER_H

#include <lua.h>

#include "document.h"
#include "request.h"

/*
** Reads the document that a done request brought. False when the request failed, which includes a body that is no
** JSON:API document (request->failure is set then), or when it brought no body (request->failure is FAILURE_NONE).
** The body is freed: call it once.
*/
bool answer_read(struct request *request, struct document *document);

/* Turns a success into a failure: what came cannot be used for `reason`. */
void answer_reject(struct request *request, enum failure_kind kind, const char *reason);

/* Pushes the error object of a request that failed, the token taken out of everything in it. [-0, +1, m] */
void answer_push_failure(lua_State *L, struct request *request);

/*
** Pushes a table of what a success brought beside its document: status, headers, url (where it was found in the end),
** redirected, retry_after (seconds, if the server asked for them); the token taken out. [-0, +1, m]
*/
void answer_push_facts(lua_State *L, struct request *request);

/* Pushes a table of the answer's header fields, names in lower case, repeated ones joined (RFC 9110, 5.3). [-0, +1, m] */
void answer_push_headers(lua_State *L, const struct request *request);

#endif
