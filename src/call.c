/*
** call.c: the userdata of one call to the server. Its own table keeps the client alive.
*/
#include "call.h"

#include "answer.h"
#include "client.h"
#include "clock.h"
#include "compat.h"
#include "options.h"
#include "request.h"

#define CALL_TYPE "harnest.call"

static const struct option known[] = {
    {.name = "method", .type = OPTION_TEXT},      {.name = "url", .type = OPTION_TEXT},
    {.name = "refused", .type = OPTION_TEXT},     {.name = "deadline", .type = OPTION_SECONDS},
    {.name = "resource", .type = OPTION_BOOLEAN}, {.name = NULL},
};

struct call {
  struct request request; /* first: the engine knows it as a request */
  bool resource;          /* only one resource, or null in its place, will do */
};

/* Pushes a zeroed call in a userdata that keeps the client at index 1 alive. [-0, +1, m] */
static struct call *push_call(lua_State *L) {
  struct call *call = compat_newuserdata(L, sizeof *call, CALL_TYPE);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  compat_setuservalue(L, -2);
  return call;
}

/*
** core.call(client, {method =, url =, deadline =, refused =, resource =}): begins a call and returns it. `refused` is why
** it may not be sent: it then fails with kind refused. With `resource` it fails for an answer that holds not one resource
** (or null). Stack: client, table.
*/
static int f_call(lua_State *L) {
  struct session *session = client_check(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  options_check(L, 2, "call.", known);
  struct call *call = push_call(L);
  call->resource = options_boolean(L, 2, "resource", false);
  double limit = options_seconds(L, 2, "deadline", session->deadline);
  const char *refused = options_string(L, 2, "refused", NULL);
  struct request_order order = {
      .method = options_string(L, 2, "method", "GET"),
      .url = options_string(L, 2, "url", session->base),
      .deadline = limit < CLOCK_NEVER ? clock_now() + limit : CLOCK_NEVER,
      .repeatable = true,
  };
  if (refused != NULL)
    request_refuse(&call->request, session, &order, FAILURE_REFUSED, refused);
  else
    request_start(&call->request, session, &order);
  return 1;
}

/* core.call_done(call): whether core.call_result may be asked. Stack: call. */
static int f_done(lua_State *L) {
  struct request *request = luaL_checkudata(L, 1, CALL_TYPE);
  lua_pushboolean(L, request_is_done(request));
  return 1;
}

/* Reads the answer of a call that is done: true when `document` has it. */
static bool read_answer(struct call *call, struct document *document) {
  struct request *request = &call->request;
  bool read = answer_read(request, document);
  if (!call->resource || request->failure != FAILURE_NONE) return read;
  if (!read || !json_exists(document->data))
    answer_reject(request, FAILURE_PROTOCOL, "the answer holds no data, not one resource");
  else if (document->is_list)
    answer_reject(request, FAILURE_PROTOCOL, "the answer holds a list, not one resource");
  return request->failure == FAILURE_NONE;
}

/*
** core.call_result(call): the document of a call that is done, true when there was no body, or nil and the error.
** To be asked once. Stack: call.
*/
static int f_result(lua_State *L) {
  struct call *call = luaL_checkudata(L, 1, CALL_TYPE);
  struct request *request = &call->request;
  luaL_argcheck(L, request_is_done(request), 1, "this call is not done");
  struct document **scratch = document_push_scratch(L);
  *scratch = document_new();
  if (*scratch == NULL) return luaL_error(L, "not enough memory");
  int results = 1;
  if (read_answer(call, *scratch)) {
    document_push(L, *scratch);
  } else if (request->failure == FAILURE_NONE) {
    lua_pushboolean(L, 1);
  } else {
    lua_pushnil(L);
    answer_push_failure(L, request);
    results = 2;
  }
  document_free(*scratch);
  *scratch = NULL;
  request_close(request);
  return results;
}

/* __gc. Stack: call. */
static int m_gc(lua_State *L) {
  request_close(luaL_checkudata(L, 1, CALL_TYPE));
  return 0;
}

static const luaL_Reg functions[] = {
    {"call", f_call},
    {"call_done", f_done},
    {"call_result", f_result},
    {NULL, NULL},
};

void call_open(lua_State *L) {
  compat_setfuncs(L, functions);
  luaL_newmetatable(L, CALL_TYPE);
  lua_pushcfunction(L, m_gc);
  lua_setfield(L, -2, "__gc");
  lua_pushliteral(L, CALL_TYPE);
  lua_setfield(L, -2, "__name");
  lua_pop(L, 1);
}
