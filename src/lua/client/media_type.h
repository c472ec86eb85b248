/*
** media_type.h: JSON:API's media type with its parameters, as the header lines of requests (JSON:API 1.1, 5).
*/
#ifndef HARNEST_MEDIA_TYPE_H
#define HARNEST_MEDIA_TYPE_H

#include <lua.h>

/*
** Pushes the line `Accept: …`. Extensions are demanded; a profile is only asked for, so the plain type stays beside it.
** `ext` and `profile` are URIs with one space between, or NULL for none. [-0, +1, m]
*/
void media_type_push_accept(lua_State *L, const char *ext, const char *profile);

/* Pushes the line `Content-Type: …` of a document to which the extensions are applied. [-0, +1, m] */
void media_type_push_content_type(lua_State *L, const char *ext);

/* Pushes `ext` with the URI `more` behind it, unless it is in there already. [-0, +1, m] */
void media_type_push_extended(lua_State *L, const char *ext, const char *more);

#endif
