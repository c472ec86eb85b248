/*
** error_summary.c: summarizes a server's error objects in one line.
*/
#include "lua/client/error_summary.h"

#include <stdbool.h>

#include "lua/support/compat.h"

/*
** The errors of the cursor pagination profile are identified by links.type, a URI with this prefix.
*/
#define CURSOR_ERRORS "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"

/*
** Pushes the member `name` of the table at `table` and returns it; if it is no string or is empty,
** pushes nothing and returns NULL. [-0, +(0|1), m]
*/
static const char *push_text(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) > 0) return lua_tostring(L, -1);
  lua_pop(L, 1);
  return NULL;
}

/*
** Pushes a JSON pointer (RFC 6901) as a readable path: /data/attributes/title becomes
** attributes.title. [-0, +1, m]
*/
static void push_path(lua_State *L, const char *pointer) {
  luaL_Buffer path;
  if (strncmp(pointer, "/data/", 6) == 0) pointer += 6;
  if (*pointer == '/') pointer++;
  luaL_buffinit(L, &path);
  for (; *pointer != '\0'; pointer++) {
    char shown = *pointer == '/' ? '.' : *pointer;
    if (shown == '~' && (pointer[1] == '0' || pointer[1] == '1'))
      shown = *++pointer == '0' ? '~' : '/';
    luaL_addlstring(&path, &shown, 1);
  }
  luaL_pushresult(&path);
}

/* Pushes the source of the error object at `error`, in brackets, or "". [-0, +1, m] */
static void push_source(lua_State *L, int error) {
  int top = lua_gettop(L);
  const char *text;
  lua_getfield(L, error, "source");
  if (lua_istable(L, -1) && (text = push_text(L, top + 1, "pointer")) != NULL) {
    push_path(L, text);
    lua_pushfstring(L, " (%s)", lua_tostring(L, -1));
  } else if (lua_istable(L, top + 1) && (text = push_text(L, top + 1, "parameter")) != NULL) {
    lua_pushfstring(L, " (parameter %s)", text);
  } else if (lua_istable(L, top + 1) && (text = push_text(L, top + 1, "header")) != NULL) {
    lua_pushfstring(L, " (header %s)", text);
  } else {
    lua_pushliteral(L, "");
  }
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

/*
** Returns whether the link on top, a string or an object with href, is the cursor profile's error
** `name`. [-0, +0, m]
*/
static bool is_cursor_error(lua_State *L, const char *name) {
  bool is_object = lua_istable(L, -1);
  if (is_object) lua_getfield(L, -1, "href");
  const char *uri = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  size_t prefix = strlen(CURSOR_ERRORS);
  bool is = strncmp(uri, CURSOR_ERRORS, prefix) == 0 && strcmp(uri + prefix, name) == 0;
  if (is_object) lua_pop(L, 1);
  return is;
}

/*
** Returns whether links.type of the error object at `error`, one link or an array of links, is that
** error. [-0, +0, m]
*/
static bool has_type(lua_State *L, int error, const char *name) {
  int top = lua_gettop(L);
  bool has = false;
  lua_getfield(L, error, "links");
  if (lua_istable(L, -1)) {
    lua_getfield(L, -1, "type");
    has = is_cursor_error(L, name);
    for (int i = 1; !has && lua_istable(L, top + 2) && i <= (int)lua_rawlen(L, top + 2); i++) {
      lua_rawgeti(L, top + 2, i);
      has = is_cursor_error(L, name);
      lua_pop(L, 1);
    }
  }
  lua_settop(L, top);
  return has;
}

/*
** Pushes advice about the page size, from meta.page.maxSize of the error object at `error`, and
** returns it. [-0, +n, m]
*/
static const char *push_largest_size(lua_State *L, int error) {
  lua_getfield(L, error, "meta");
  if (lua_istable(L, -1)) lua_getfield(L, -1, "page");
  if (lua_istable(L, -1)) lua_getfield(L, -1, "maxSize");
  if (lua_type(L, -1) != LUA_TNUMBER) return "; ask for smaller pages";
  return lua_pushfstring(L, "; the largest page[size] is %d", (int)lua_tonumber(L, -1));
}

/* Pushes advice for an error of the cursor pagination profile, or "". [-0, +1, m] */
static void push_cursor_advice(lua_State *L, int error) {
  int top = lua_gettop(L);
  const char *advice = "";
  lua_pushnil(L); /* replaced by the advice */
  if (has_type(L, error, "max-size-exceeded"))
    advice = push_largest_size(L, error);
  else if (has_type(L, error, "range-pagination-not-supported"))
    advice = "; the server takes page[after] or page[before], not both";
  else if (has_type(L, error, "unsupported-sort"))
    advice = "; the server has no pages in this order";
  lua_pushstring(L, advice);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

/* Pushes one line for the error object at `error`: title, detail, source, advice. [-0, +1, m] */
static void push_error_line(lua_State *L, int error) {
  int top = lua_gettop(L);
  const char *title = push_text(L, error, "title"), *detail = push_text(L, error, "detail");
  lua_getfield(L, error, "code"); /* some servers send a number */
  const char *code = lua_tostring(L, -1);
  push_source(L, error);
  const char *source = lua_tostring(L, -1);
  if (title != NULL && detail != NULL)
    lua_pushfstring(L, "%s: %s%s", title, detail, source);
  else if (title != NULL || detail != NULL)
    lua_pushfstring(L, "%s%s", title != NULL ? title : detail, source);
  else
    lua_pushfstring(L, "%s%s", code != NULL ? code : "no reason given", source);
  push_cursor_advice(L, error);
  lua_concat(L, 2);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

void error_summary_push(lua_State *L, int errors) {
  int count = (int)lua_rawlen(L, errors);
  lua_rawgeti(L, errors, 1);
  if (lua_istable(L, -1))
    push_error_line(L, lua_gettop(L));
  else
    lua_pushliteral(L, "no reason given");
  lua_remove(L, -2);
  if (count < 2) return;
  lua_pushfstring(L, "%s; and %d more", lua_tostring(L, -1), count - 1);
  lua_remove(L, -2);
}
