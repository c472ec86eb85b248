/*
** call.c: the userdata of one call to the server. Its own table keeps the client alive.
*/
#include "lua/client/call.h"

#include <string.h>

#include "base/clock.h"
#include "http/after_exchange.h"
#include "http/header_list.h"
#include "http/method.h"
#include "http/request.h"
#include "jsonapi/response_document.h"
#include "lua/client/client.h"
#include "lua/client/media_type.h"
#include "lua/client/request_headers.h"
#include "lua/client/response.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/options.h"

#define CALL_TYPE "harnest.call"
#define CALL_CANCELLED "the coroutine that waited for it was cancelled"

static const char *const expectations[] = {"resource", "written", NULL};

static const struct option known[] = {
    {.name = "method", .type = OPTION_TEXT},
    {.name = "url", .type = OPTION_TEXT},
    {.name = "refused", .type = OPTION_TEXT},
    {.name = "cancelled", .type = OPTION_BOOLEAN},
    {.name = "headers", .type = OPTION_HEADERS},
    {.name = "body", .type = OPTION_STRING},
    {.name = "ext", .type = OPTION_TEXT},
    {.name = "delay", .type = OPTION_SECONDS},
    {.name = "deadline", .type = OPTION_SECONDS},
    {.name = "repeatable", .type = OPTION_BOOLEAN},
    {.name = "not_found_is_success", .type = OPTION_BOOLEAN},
    {.name = "view", .type = OPTION_BOOLEAN},
    {.name = "raw", .type = OPTION_BOOLEAN},
    {.name = "response_headers", .type = OPTION_BOOLEAN},
    {.name = "expects", .type = OPTION_CHOICE, .choices = expectations},
    {.name = NULL},
};

enum expectation { EXPECT_ANYTHING, EXPECT_RESOURCE, EXPECT_WRITTEN };

struct call {
  struct request request; /* must be first: a call's userdata is also used as its request */
  enum expectation expectation;
  bool views;                 /* the document uses views instead of tables */
  bool raw;                   /* the body is returned as it is, without reading it */
  bool response_headers;      /* the table about the response has them all */
  struct curl_slist *headers; /* of the order; owned until the request has copied them */
};

/* Pushes the userdata of a zeroed call, which keeps the client at index 1 alive. [-0, +1, m] */
static struct call *push_call(lua_State *L) {
  struct call *call = compat_newuserdata(L, sizeof *call, CALL_TYPE);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  lua_setiuservalue(L, -2, 1);
  return call;
}

static enum expectation read_expectation(lua_State *L) {
  const char *name = options_string(L, 2, "expects", NULL);
  if (name == NULL) return EXPECT_ANYTHING;
  return strcmp(name, "resource") == 0 ? EXPECT_RESOURCE : EXPECT_WRITTEN;
}

/* Reads the body of the order. The order's table owns the text. [-0, +0, m] */
static void read_body(lua_State *L, struct request_order *order) {
  if (!options_push(L, 2, "body")) return;
  order->body = lua_tolstring(L, -1, &order->body_length);
  lua_pop(L, 1);
}

/*
** Sets the media types of an order that applies one more extension. Pushes the header lines, which
** the order refers to. [-0, +(0|3), m]
*/
static void read_extension(lua_State *L, const struct session *session,
                           struct request_order *order) {
  const char *more = options_string(L, 2, "ext", NULL);
  if (more == NULL) return;
  media_type_push_extended(L, session->ext, more);
  const char *ext = lua_tostring(L, -1);
  media_type_push_accept(L, ext, session->profile);
  order->accept = lua_tostring(L, -1);
  media_type_push_content_type(L, ext);
  order->content_type = lua_tostring(L, -1);
}

static void read_headers(lua_State *L, struct call *call, struct request_order *order) {
  if (!options_push(L, 2, "headers")) return;
  request_headers_append(L, lua_gettop(L), "request: headers", &call->headers);
  lua_pop(L, 1);
  order->headers = call->headers;
}

/*
** core.call(client, order): starts a call and returns it. Stack: client, order (a table) with the
** fields method (a string, "GET" by default), url, headers (a table), body (a string of JSON), ext
** (a URI, used in addition to the client's), delay and deadline (seconds), repeatable (false:
** sending it twice may apply it twice), not_found_is_success (see request.h), refused (a string:
** fails the call with kind "refused" for this reason), cancelled (fails the call with kind
** "cancelled"), view (the document uses views), raw (core.call_result returns the body of a success
** as a string), response_headers (core.call_result returns them all), and expects: "resource" fails
** the call unless the response has one resource or null as its data, "written" fails it if the data
** is a list.
*/
static int f_call(lua_State *L) {
  lua_settop(L, 2);
  struct session *session = client_check(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  options_check(L, 2, "request: ", known);
  struct call *call = push_call(L);
  int top = lua_gettop(L);
  call->views = options_boolean(L, 2, "view", false);
  call->raw = options_boolean(L, 2, "raw", false);
  call->response_headers = options_boolean(L, 2, "response_headers", false);
  call->expectation = read_expectation(L);
  double limit = options_seconds(L, 2, "deadline", session->deadline);
  const char *refused = options_string(L, 2, "refused", NULL);
  struct request_order order = {
      .method = options_string(L, 2, "method", "GET"),
      .url = options_string(L, 2, "url", session->base),
      .delay = options_seconds(L, 2, "delay", 0),
      .deadline = limit < CLOCK_NEVER ? clock_now() + limit : CLOCK_NEVER,
      .repeatable = options_boolean(L, 2, "repeatable", true),
      .not_found_is_success = options_boolean(L, 2, "not_found_is_success", false),
  };
  read_body(L, &order);
  read_extension(L, session, &order);
  read_headers(L, call, &order);
  if (options_boolean(L, 2, "cancelled", false))
    request_refuse(&call->request, session, &order, KIND_CANCELLED, CALL_CANCELLED);
  else if (refused != NULL)
    request_refuse(&call->request, session, &order, KIND_REFUSED, refused);
  else
    request_start(&call->request, session, &order);
  header_list_wipe(call->headers);
  call->headers = NULL;
  lua_settop(L, top);
  return 1;
}

/*
** core.call_done(call): returns whether the call is finished, so that core.call_result may be
** called. Stack: call.
*/
static int f_done(lua_State *L) {
  lua_settop(L, 1);
  struct request *request = luaL_checkudata(L, 1, CALL_TYPE);
  lua_pushboolean(L, request_is_done(request));
  return 1;
}

/*
** core.call_cancel(call): fails the call with kind "cancelled", unless it is finished. Stack: call.
*/
static int f_cancel(lua_State *L) {
  lua_settop(L, 1);
  struct request *request = luaL_checkudata(L, 1, CALL_TYPE);
  if (request->session != NULL && !request_is_done(request))
    request_cancel(request, CALL_CANCELLED);
  return 0;
}

/* Returns why the document (NULL: none) is not what the call expects, or NULL if it is. */
static const char *unexpected_document(const struct call *call,
                                       const struct document_store *document) {
  bool has_data = document != NULL && json_exists(document->data);
  if (call->expectation == EXPECT_RESOURCE && !has_data)
    return "expected one resource, got no data";
  if (call->expectation != EXPECT_ANYTHING && has_data && document->is_list)
    return "expected one resource, got a list";
  return NULL;
}

/*
** Reads the response of a finished call. Returns true if `document` has it; on failure sets the
** request's error.
*/
static bool read_response(struct call *call, struct document_store *document) {
  struct request *request = &call->request;
  bool read = response_document_read(request, document);
  if (request->error != KIND_NONE) return read;
  const char *problem = unexpected_document(call, read ? document : NULL);
  if (problem != NULL) request_reject(request, KIND_PROTOCOL, problem);
  return read && problem == NULL;
}

/*
** core.call_result(call): returns the document of a finished call, or true if there was no body
** (the body as a string if the call is raw), and a table of the response's status, URL and more
** (see response_push_facts); with `expects` "resource" and without `response_headers`, of its ETag
** alone. If the call failed, returns nil and the error. Call it once only. Stack: call.
*/
static int f_result(lua_State *L) {
  lua_settop(L, 1);
  struct call *call = luaL_checkudata(L, 1, CALL_TYPE);
  struct request *request = &call->request;
  luaL_argcheck(L, request_is_done(request), 1, "this call is not done");
  struct document_store **scratch = document_push_scratch(L);
  *scratch = document_store_new();
  if (*scratch == NULL) return luaL_error(L, "not enough memory");
  bool read = !call->raw && read_response(call, *scratch);
  if (request->error != KIND_NONE) {
    lua_pushnil(L);
    response_push_error(L, request);
  } else {
    if (call->raw)
      lua_pushlstring(L, request->transfer.body.bytes, request->transfer.body.length);
    else if (read) {
      document_push(L, *scratch);
      if (call->views) document_use_views(L, -1);
    } else
      lua_pushboolean(L, 1);
    if (call->expectation == EXPECT_RESOURCE && !call->response_headers)
      response_push_etag(L, request);
    else
      response_push_facts(L, request);
    if (call->response_headers) {
      response_push_headers(L, request);
      lua_setfield(L, -2, "headers");
    }
  }
  document_store_free(*scratch);
  *scratch = NULL;
  request_close(request);
  return 2;
}

/*
** core.outcome_is_unknown(subject): returns whether `subject` is a call that has failed and may
** have had its effect on the server; false for a listing. Stack: subject (a call or listing).
*/
static int f_outcome_is_unknown(lua_State *L) {
  lua_settop(L, 1);
  const struct request *request = luaL_testudata(L, 1, CALL_TYPE);
  lua_pushboolean(L, request != NULL && request_outcome_is_unknown(request));
  return 1;
}

/* __gc. Stack: call. */
static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  struct call *call = luaL_checkudata(L, 1, CALL_TYPE);
  header_list_wipe(call->headers);
  call->headers = NULL;
  request_close(&call->request);
  return 0;
}

/* core.is_idempotent(method): returns whether an HTTP method is idempotent. Stack: method. */
static int f_is_idempotent(lua_State *L) {
  lua_settop(L, 1);
  lua_pushboolean(L, method_is_idempotent(luaL_checkstring(L, 1)));
  return 1;
}

static const luaL_Reg functions[] = {
    {"call", f_call},
    {"call_done", f_done},
    {"call_result", f_result},
    {"call_cancel", f_cancel},
    {"outcome_is_unknown", f_outcome_is_unknown},
    {"is_idempotent", f_is_idempotent},
    {NULL, NULL},
};

void call_open(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  metatable_register_gc(L, CALL_TYPE, m_gc);
}
