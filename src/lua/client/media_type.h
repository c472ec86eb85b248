/*
** media_type.h: JSON:API's media type with its parameters, as request header lines (JSON:API 1.1,
** section 5).
*/
#ifndef HARNEST_MEDIA_TYPE_H
#define HARNEST_MEDIA_TYPE_H

#include <lua.h>

/*
** Pushes the line `Accept: …`. It requires the extensions but only prefers the profile, so it also
** lists the type without the profile. `ext` and `profile` are URIs separated by single spaces, or
** NULL. [-0, +1, m]
*/
void media_type_push_accept(lua_State *L, const char *ext, const char *profile);

/*
** Pushes the line `Content-Type: …` of a document that uses the extensions `ext` (may be NULL).
** [-0, +1, m]
*/
void media_type_push_content_type(lua_State *L, const char *ext);

/*
** Pushes `ext` (may be NULL) followed by the URI `more`, unless it already contains that.
** [-0, +1, m]
*/
void media_type_push_extended(lua_State *L, const char *ext, const char *more);

#endif
