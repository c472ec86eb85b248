/*
** trace_event.c: converts trace events to tables.
*/
#include "lua/client/trace_event.h"

#include <string.h>

#include "http/trace.h"
#include "lua/client/client.h"
#include "lua/client/response.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define TRACE_EVENT_TYPE "harnest.trace_event"

/* Sets a member of the table on top, unless `text` is NULL. [-0, +0, m] */
static void set_text(lua_State *L, const char *name, const char *text) {
  if (text == NULL) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* Sets a member of the table on top, unless `value` is negative. [-0, +0, m] */
static void set_seconds(lua_State *L, const char *name, double value) {
  if (value < 0) return;
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

/* As set_seconds, for a whole number. */
static void set_count(lua_State *L, const char *name, double value) {
  if (value < 0) return;
  compat_pushinteger(L, (int64_t)value);
  lua_setfield(L, -2, name);
}

/* Sets the headers and the body, if the event has them. [-0, +0, m] */
static void set_details(lua_State *L, const struct trace_event *event, bool is_request) {
  if (event->headers.length > 0) {
    response_push_fields(L, &event->headers);
    lua_setfield(L, -2, is_request ? "request_headers" : "headers");
  }
  if (event->body.length == 0) return;
  lua_pushlstring(L, event->body.bytes, event->body.length);
  lua_setfield(L, -2, is_request ? "request_body" : "body");
  set_count(L, "body_size", event->body_size);
}

/* Pushes the table of an event. [-0, +1, m] */
static void push_event(lua_State *L, const struct trace_event *event) {
  lua_createtable(L, 0, 12);
  set_text(L, "event", event->event);
  set_text(L, "method", event->method);
  set_text(L, "url", event->url);
  set_text(L, "request_id", event->request_id);
  set_count(L, "attempt", event->attempt);
  if (event->status > 0) set_count(L, "status", (double)event->status);
  set_seconds(L, "seconds", event->seconds);
  set_count(L, "bytes", event->bytes);
  set_seconds(L, "wait", event->wait);
  set_count(L, "resources", event->resources);
  set_count(L, "total", event->total);
  set_text(L, "kind", event->kind);
  set_text(L, event->wait < 0 ? "message" : "reason", event->text);
  set_details(L, event, strcmp(event->event, "request") == 0);
  if (!event->is_cached) return;
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "cached");
}

/*
** core.take_event(client): removes and returns the oldest trace event, as a table; nil if there is
** none. Stack: client.
*/
static int f_take_event(lua_State *L) {
  lua_settop(L, 1);
  struct session *session = client_session(L, 1);
  if (!trace_waits(&session->trace)) return 0;
  /* owns the event if Lua raises; a finalizer may take the event during the allocation */
  struct trace_event *event = compat_newuserdata(L, sizeof *event, TRACE_EVENT_TYPE);
  if (!trace_take(&session->trace, event)) return 0;
  push_event(L, event);
  trace_event_free(event);
  return 1;
}

/* __gc. Stack: the userdata of a struct trace_event. */
static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  trace_event_free(lua_touserdata(L, 1));
  return 0;
}

void trace_event_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"take_event", f_take_event}, {NULL, NULL}};
  metatable_register_gc(L, TRACE_EVENT_TYPE, m_gc);
  luaL_setfuncs(L, functions, 0);
}
