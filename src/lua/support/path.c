/*
** path.c: formats the path to a value.
*/
#include "lua/support/path.h"

#include <stdarg.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/text.h"
#include "base/utf8.h"
#include "lua/support/compat.h"
#include "lua/support/usage_error.h"

/* Returns whether a name is unambiguous after a dot. */
static bool is_plain(const char *name, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text_is_control(name[i]) || strchr(".[]\"", name[i]) != NULL) return false;
  }
  return length > 0 && utf8_valid(name, length);
}

bool path_has_plain_name(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return false;
  size_t length;
  const char *name = lua_tolstring(L, index, &length);
  return is_plain(name, length);
}

/* Adds a name in brackets and quotes, with escapes for bytes that are no plain text. */
static void add_quoted(luaL_Buffer *text, const char *name, size_t length) {
  static const char hex[] = "0123456789abcdef";
  bool is_text = utf8_valid(name, length);
  luaL_addstring(text, "[\"");
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)name[i];
    if (text_is_control(name[i]) || (c > 0x7F && !is_text)) {
      luaL_addstring(text, "\\x");
      luaL_addchar(text, hex[c >> 4]);
      luaL_addchar(text, hex[c & 15]);
      continue;
    }
    if (c == '"' || c == '\\') luaL_addchar(text, '\\');
    luaL_addchar(text, (char)c);
  }
  luaL_addstring(text, "\"]");
}

static void add_step(luaL_Buffer *text, const struct path *path, bool is_first) {
  char position[32], shown[EXCERPT_SIZE(EXCERPT_VALUE)];
  size_t length = path->name != NULL ? excerpt(shown, path->name, path->length, EXCERPT_VALUE) : 0;
  if (path->name == NULL) {
    size_t at = sizeof position;
    position[--at] = '\0';
    position[--at] = ']';
    for (size_t rest = path->position; at == sizeof position - 2 || rest > 0; rest /= 10)
      position[--at] = (char)('0' + rest % 10);
    position[--at] = '[';
    luaL_addstring(text, position + at);
  } else if (path->parent == NULL) {
    luaL_addlstring(text, shown, length);
  } else if (is_plain(path->name, path->length)) {
    if (!is_first) luaL_addchar(text, '.');
    luaL_addlstring(text, shown, length);
  } else {
    add_quoted(text, shown, length);
  }
}

/* Returns the link of the path that has `depth` links above it. */
static const struct path *at_depth(const struct path *path, int depth) {
  while (path->depth > depth) path = path->parent;
  return path;
}

void path_push(lua_State *L, const struct path *path) {
  luaL_checkstack(L, LUA_MINSTACK, "path");
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  bool nameless = at_depth(path, 0)->length == 0;
  for (int depth = nameless ? 1 : 0; depth <= path->depth; depth++)
    add_step(&text, at_depth(path, depth), depth == (nameless ? 1 : 0));
  luaL_pushresult(&text);
}

void path_raise(lua_State *L, const struct path *path, const char *format, ...) {
  va_list arguments;
  luaL_checkstack(L, LUA_MINSTACK, "path");
  va_start(arguments, format);
  const char *message = lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  path_push(L, path);
  const char *position = lua_tostring(L, -1);
  usage_error_raise(L, "%s%s%s", position, *position == '\0' ? "" : ": ", message);
}
