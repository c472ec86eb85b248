/*
** trace_options.c: trace events: whether there are any, and their detail.
*/
#include "lua/client/trace_options.h"

#include <string.h>

#include "base/environment.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

const char *const trace_options_details[] = {"headers", "body", NULL};

/* Returns the detail of an option; that without headers for NULL, and for "1" of HARNEST_DEBUG. */
static enum trace_detail detail_of(const char *name) {
  if (name == NULL || strcmp(name, "1") == 0) return TRACE_FACTS;
  return strcmp(name, trace_options_details[0]) == 0 ? TRACE_HEADERS : TRACE_BODIES;
}

static bool is_detail(const char *name) {
  return strcmp(name, trace_options_details[0]) == 0 || strcmp(name, trace_options_details[1]) == 0;
}

/*
** Pushes what HARNEST_DEBUG asks for: false, true or a detail. Raises for an unknown value.
** [-0, +1, e]
*/
static void push_debug_of_environment(lua_State *L) {
  const char *value = environment("HARNEST_DEBUG");
  bool is_off = value == NULL || strcmp(value, "0") == 0,
       is_on = !is_off && strcmp(value, "1") == 0;
  if (is_off || is_on) {
    lua_pushboolean(L, is_on);
    return;
  }
  lua_pushstring(L, value);
  if (!is_detail(value))
    usage_error_raise(L,
                      "HARNEST_DEBUG: expected 0, 1, headers or body in the environment, got "
                      "\"%s\"",
                      usage_error_quote(L, -1));
}

/* Raises unless the option `debug`, on top, is a boolean, a detail or a function. [-0, +0, e] */
static void check_debug(lua_State *L) {
  bool is_text = lua_type(L, -1) == LUA_TSTRING;
  if (lua_isboolean(L, -1) || lua_isfunction(L, -1)) return;
  if (is_text && is_detail(lua_tostring(L, -1))) return;
  const char *got =
      is_text ? lua_pushfstring(L, "\"%s\"", usage_error_quote(L, -1)) : options_describe(L, -1);
  usage_error_raise(
      L, "option debug: expected true, false, \"headers\", \"body\" or a function, got %s", got);
}

void trace_options_read(lua_State *L, struct session *session, int options, int keep,
                        bool is_derived) {
  if (options_push(L, options, "debug")) {
    check_debug(L);
    lua_setfield(L, keep, "debug");
  } else if (!is_derived) {
    push_debug_of_environment(L);
    lua_setfield(L, keep, "debug");
  }
  enum trace_detail detail = detail_of(options_string(L, keep, "trace_detail", NULL)),
                    debug_detail = detail_of(options_string(L, keep, "debug", NULL));
  session->trace.detail = detail > debug_detail ? detail : debug_detail;
  lua_getfield(L, keep, "trace");
  lua_getfield(L, keep, "debug");
  session->trace.on = !lua_isnil(L, -2) || lua_toboolean(L, -1);
  lua_pop(L, 2);
}
