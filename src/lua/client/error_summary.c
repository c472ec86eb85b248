/*
** error_summary.c: summarizes a server's error objects in one line.
*/
#include "lua/client/error_summary.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "lua/support/compat.h"

/*
** The errors of the cursor pagination profile are identified by links.type, a URI with this prefix.
*/
#define CURSOR_ERRORS "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"

/* How deep the texts of errors in other formats may be. */
#define SUMMARY_LEVELS 4

/* Pushes a text as messages show it. [-0, +1, m] */
static void push_excerpt(lua_State *L, const char *text, size_t length) {
  char shown[EXCERPT_SIZE(EXCERPT_TEXT)];
  length = excerpt(shown, text, length, EXCERPT_TEXT);
  lua_pushlstring(L, shown, length);
}

/*
** Pushes the member `name` of the table at `table` as messages show it and returns it; if it is no
** string or is empty, pushes nothing and returns NULL. [-0, +(0|1), m]
*/
static const char *push_text(lua_State *L, int table, const char *name) {
  size_t length;
  lua_getfield(L, table, name);
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
  if (text == NULL || length == 0) {
    lua_pop(L, 1);
    return NULL;
  }
  push_excerpt(L, text, length);
  lua_remove(L, -2);
  return lua_tostring(L, -1);
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

void error_summary_push_line(lua_State *L, int error) {
  int top = lua_gettop(L);
  const char *title = push_text(L, error, "title"), *detail = push_text(L, error, "detail");
  if (title == NULL && detail == NULL) detail = push_text(L, error, "message");
  lua_getfield(L, error, "code"); /* some servers send a number */
  if (lua_tostring(L, -1) != NULL) push_excerpt(L, lua_tostring(L, -1), lua_rawlen(L, -1));
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
    error_summary_push_line(L, lua_gettop(L));
  else
    lua_pushliteral(L, "no reason given");
  lua_remove(L, -2);
  if (count < 2) return;
  lua_pushfstring(L, "%s; and %d more", lua_tostring(L, -1), count - 1);
  lua_remove(L, -2);
}

/* Other formats of errors */

/* Pushes a string that is not empty and returns true; else pushes nothing. [-0, +(0|1), m] */
static bool push_string(lua_State *L, struct json_value value) {
  struct json_content content = json_content(value);
  if (content.type != JSON_STRING || content.length == 0) return false;
  push_excerpt(L, content.as.string, content.length);
  return true;
}

/* As push_string, for a member of an object. The case of the name does not count. */
static bool push_member(lua_State *L, struct json_value object, const char *name) {
  struct json_iterator members = json_iterate(object);
  const char *found;
  size_t length;
  struct json_value value;
  if (json_type(object) != JSON_OBJECT) return false;
  while (json_next_member(&members, &found, &length, &value))
    if (length == strlen(name) && strncasecmp(found, name, length) == 0 && push_string(L, value))
      return true;
  return false;
}

/* Joins the two texts on top by a colon. [-2, +1, m] */
static void join(lua_State *L) {
  size_t length = lua_rawlen(L, -2);
  const char *first = lua_tostring(L, -2);
  bool ends = length > 0 && (first[length - 1] == '.' || first[length - 1] == ':');
  lua_pushlstring(L, first, ends ? length - 1 : length);
  lua_pushliteral(L, ": ");
  lua_pushvalue(L, -3);
  lua_concat(L, 3);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/*
** Pushes the text of an object that describes an error: title and detail (RFC 9457), or one of the
** usual members, and returns true; else pushes nothing. [-0, +(0|1), m]
*/
static bool push_description(lua_State *L, struct json_value object) {
  static const char *const names[] = {"detail",      "message", "error_description",
                                      "description", "error",   "title"};
  if (push_member(L, object, "title")) {
    if (push_member(L, object, "detail")) {
      join(L);
      return true;
    }
    lua_pop(L, 1);
  }
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (push_member(L, object, names[i])) return true;
  return false;
}

/* Appends the number of further texts to the text on top. [-1, +1, m] */
static void add_count(lua_State *L, size_t count) {
  if (count < 2) return;
  lua_pushfstring(L, "%s; and %d more", lua_tostring(L, -1), (int)count - 1);
  lua_remove(L, -2);
}

/*
** Pushes the first text in a value and returns true; pushes nothing and returns false if there is
** none. The value is a text, an object that describes an error, a map of field names to such
** values, or an array of any of these; `levels` deep at most. [-0, +(0|1), m]
*/
static bool push_any(lua_State *L, struct json_value value, int levels) {
  struct json_iterator items = json_iterate(value);
  struct json_value item;
  const char *name;
  size_t length;
  if (push_string(L, value)) return true;
  if (levels == 0) return false;
  if (json_type(value) == JSON_ARRAY) {
    while (json_next_item(&items, &item))
      if (push_any(L, item, levels - 1)) {
        add_count(L, json_count(value));
        return true;
      }
  } else if (json_type(value) == JSON_OBJECT) {
    if (push_description(L, value)) return true;
    while (json_next_member(&items, &name, &length, &item)) {
      push_excerpt(L, name, length);
      if (push_any(L, item, levels - 1)) {
        join(L);
        add_count(L, json_count(value));
        return true;
      }
      lua_pop(L, 1);
    }
  }
  return false;
}

bool error_summary_push_other(lua_State *L, struct json_value root) {
  luaL_checkstack(L, LUA_MINSTACK, "a summary of errors");
  bool described =
      push_description(L, root) || push_any(L, json_member(root, "error"), SUMMARY_LEVELS);
  bool listed = push_any(L, json_member(root, "errors"), SUMMARY_LEVELS);
  if (described && listed) join(L);
  return described || listed;
}
