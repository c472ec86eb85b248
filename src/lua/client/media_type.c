/*
** media_type.c: JSON:API's media type with its parameters.
*/
#include "lua/client/media_type.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define MEDIA_TYPE "application/vnd.api+json"

/* Pushes the media type with the extensions, and returns it. [-0, +1, m] */
static const char *push_type(lua_State *L, const char *ext) {
  if (ext == NULL)
    lua_pushliteral(L, MEDIA_TYPE);
  else
    lua_pushfstring(L, MEDIA_TYPE ";ext=\"%s\"", ext);
  return lua_tostring(L, -1);
}

void media_type_push_accept(lua_State *L, const char *ext, const char *profile) {
  const char *type = push_type(L, ext);
  if (profile != NULL)
    lua_pushfstring(L, "Accept: %s;profile=\"%s\", %s", type, profile, type);
  else
    lua_pushfstring(L, "Accept: %s", type);
  lua_remove(L, -2);
}

void media_type_push_content_type(lua_State *L, const char *ext) {
  lua_pushfstring(L, "Content-Type: %s", push_type(L, ext));
  lua_remove(L, -2);
}

/* Returns whether `uri` is one of the space-separated `uris`. */
static bool is_among(const char *uris, const char *uri) {
  for (const char *at = uris; *at != '\0'; at += *at == ' ') {
    size_t one = strcspn(at, " ");
    if (text_is(at, one, uri)) return true;
    at += one;
  }
  return false;
}

void media_type_push_extended(lua_State *L, const char *ext, const char *more) {
  if (ext == NULL)
    lua_pushstring(L, more);
  else if (is_among(ext, more))
    lua_pushstring(L, ext);
  else
    lua_pushfstring(L, "%s %s", ext, more);
}
