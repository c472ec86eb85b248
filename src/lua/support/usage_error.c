/*
** usage_error.c: raises errors at the script's own line.
*/
#include "lua/support/usage_error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"
#include "lua/support/compat.h"

/* The module's own files. Chunk names end like this in any folder. */
static const char *const own[] = {
    "harnest/array.lua",
    "harnest/atomic.lua",
    "harnest/busted.lua",
    "harnest/call.lua",
    "harnest/callbacks.lua",
    "harnest/cassette.lua",
    "harnest/cassette_shape.lua",
    "harnest/client.lua",
    "harnest/collection.lua",
    "harnest/copcall.lua",
    "harnest/count.lua",
    "harnest/debug_lines.lua",
    "harnest/default_coroutines.lua",
    "harnest/deferred.lua",
    "harnest/describe.lua",
    "harnest/description.lua",
    "harnest/diff.lua",
    "harnest/error_details.lua",
    "harnest/etag.lua",
    "harnest/get_many.lua",
    "harnest/init.lua",
    "harnest/job.lua",
    "harnest/json_text.lua",
    "harnest/linkage.lua",
    "harnest/listing.lua",
    "harnest/load_core.lua",
    "harnest/loop.lua",
    "harnest/loop/copas.lua",
    "harnest/loop/cqueues.lua",
    "harnest/loop/luv.lua",
    "harnest/loop/manual.lua",
    "harnest/loop/nginx.lua",
    "harnest/loop_scheduler.lua",
    "harnest/parallel.lua",
    "harnest/raw_request.lua",
    "harnest/reading.lua",
    "harnest/relationship.lua",
    "harnest/rows.lua",
    "harnest/scheduler.lua",
    "harnest/stepping.lua",
    "harnest/store.lua",
    "harnest/target.lua",
    "harnest/task.lua",
    "harnest/token_function.lua",
    "harnest/types.lua",
    "harnest/waiters.lua",
    "harnest/write.lua",
};

/* Whether a chunk's name ends with `suffix`. Each `/` in that may be Windows' `\`. */
static bool has_suffix(const char *source, const char *suffix) {
  size_t length = strlen(source), wanted = strlen(suffix);
  if (length < wanted) return false;
  for (source += length - wanted; *suffix != '\0'; source++, suffix++)
    if (*source != *suffix && !(*suffix == '/' && *source == '\\')) return false;
  return true;
}

static bool is_own(const char *source) {
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (has_suffix(source, own[i])) return true;
  return false;
}

/* Pushes `file:line: ` of the innermost Lua function outside the module, or "". [-0, +1, m] */
static void push_position(lua_State *L) {
  lua_Debug frame;
  for (int level = 1; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline <= 0 || is_own(frame.source)) continue;
    lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
    return;
  }
  lua_pushliteral(L, "");
}

/* Removes the middle of the message on top if it is long: it may quote many values. [-1, +1, m] */
static void shorten(lua_State *L) {
  char shown[EXCERPT_SIZE(EXCERPT_MESSAGE)];
  size_t length;
  const char *message = lua_tolstring(L, -1, &length);
  if (length <= EXCERPT_MESSAGE) return;
  length = excerpt(shown, message, length, EXCERPT_MESSAGE);
  lua_pushlstring(L, shown, length);
  lua_remove(L, -2);
}

void usage_error_escape(lua_State *L) {
  const char *message = lua_tostring(L, -1);
  luaL_Buffer shown;
  luaL_buffinit(L, &shown);
  for (; *message != '\0'; message++) {
    unsigned char byte = (unsigned char)*message;
    char escaped[8];
    if (byte >= ' ' && byte != 127) {
      luaL_addchar(&shown, *message);
      continue;
    }
    snprintf(escaped, sizeof escaped, byte == '\n' ? "\\n" : byte == '\r' ? "\\r" : "\\%d", byte);
    luaL_addstring(&shown, escaped);
  }
  luaL_pushresult(&shown);
  lua_remove(L, -2);
}

int usage_error_raise(lua_State *L, const char *format, ...) {
  va_list arguments;
  push_position(L);
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  shorten(L);
  usage_error_escape(L);
  lua_concat(L, 2);
  return lua_error(L);
}

/*
** Pushes at most `most` bytes of the string at `index`, with each NUL replaced by `\0`, and returns
** them. `shown` has EXCERPT_SIZE(most) bytes. [-0, +1, m]
*/
static const char *push_excerpt(lua_State *L, int index, char *shown, size_t most) {
  size_t length;
  const char *text = lua_tolstring(L, index, &length);
  length = excerpt(shown, text, length, most);
  const char *end = shown + length;
  luaL_Buffer escaped;
  luaL_buffinit(L, &escaped);
  for (const char *part = shown;; part++) {
    luaL_addstring(&escaped, part);
    part += strlen(part);
    if (part == end) break;
    luaL_addstring(&escaped, "\\0");
  }
  luaL_pushresult(&escaped);
  return lua_tostring(L, -1);
}

const char *usage_error_quote(lua_State *L, int index) {
  char shown[EXCERPT_SIZE(EXCERPT_VALUE)];
  return push_excerpt(L, index, shown, EXCERPT_VALUE);
}

const char *usage_error_push_message(lua_State *L, int index) {
  char shown[EXCERPT_SIZE(EXCERPT_MESSAGE)];
  return push_excerpt(L, index, shown, EXCERPT_MESSAGE);
}

/* core.usage_error(message): raises `message` as a usage error. Stack: message (a string). */
static int f_usage_error(lua_State *L) {
  lua_settop(L, 1);
  luaL_checkstring(L, 1);
  return usage_error_raise(L, "%s", usage_error_push_message(L, 1));
}

/*
** core.excerpt(text): returns a name or value of a script as messages show it: shortened if it is
** long. Stack: text (a string).
*/
static int f_excerpt(lua_State *L) {
  lua_settop(L, 1);
  luaL_checkstring(L, 1);
  usage_error_quote(L, 1);
  return 1;
}

void usage_error_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"usage_error", f_usage_error}, {"excerpt", f_excerpt}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
