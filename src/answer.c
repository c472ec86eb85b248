/*
** answer.c: a request that is done, as a document or as an error object.
*/
#include "answer.h"

#include <string.h>

#include "compat.h"
#include "value.h"

#define ANSWER_BODY_SHOWN 1024
#define ANSWER_TARGET_SHOWN 200

void answer_reject(struct request *request, enum failure_kind kind, const char *reason) {
  request->failure = kind;
  buffer_clear(&request->reason);
  buffer_puts(&request->reason, reason);
}

/* Says what came instead of a document, in front of the reader's own reason. */
static void reject_body(struct request *request, const struct buffer *reason) {
  const char *type = transfer_header(&request->transfer, "content-type");
  request->failure = FAILURE_PROTOCOL;
  buffer_clear(&request->reason);
  if (type == NULL || strstr(type, "json") == NULL)
    buffer_printf(&request->reason, "the answer is %.80s, not JSON:API; is the base URL the API's? ",
                  type != NULL ? type : "of no stated type");
  buffer_printf(&request->reason, "(%.*s)", (int)reason->length, reason->length > 0 ? reason->bytes : "");
}

bool answer_read(struct request *request, struct document *document) {
  struct buffer *body = &request->transfer.body, reason;
  if (request->failure != FAILURE_NONE || body->length == 0) return false;
  buffer_init(&reason, 512);
  bool fine = buffer_reserve(body, JSON_PADDING) && document_read(document, body->bytes, body->length, &reason);
  if (fine)
    buffer_free(body);
  else
    reject_body(request, &reason);
  buffer_free(&reason);
  return fine;
}

void answer_push_headers(lua_State *L, const struct request *request) {
  const char *name, *value;
  size_t length, position = 0;
  lua_newtable(L);
  while (transfer_next_header(&request->transfer, &position, &name, &length, &value)) {
    lua_pushlstring(L, name, length);
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      lua_pushstring(L, value);
    } else {
      lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
      lua_remove(L, -2);
    }
    lua_rawset(L, -3);
  }
}

/* Pushes what the message calls the thing that was asked for: the path below the base URL, without the query. */
static void push_target(lua_State *L, const struct request *request) {
  const char *base = request->session->base, *url = request->url != NULL ? request->url : "";
  size_t length = strlen(base);
  if (strncmp(url, base, length) == 0 && url[length] == '/') url += length + 1;
  length = strcspn(url, "?#");
  if (length > ANSWER_TARGET_SHOWN) length = ANSWER_TARGET_SHOWN;
  lua_pushlstring(L, url, length);
}

/* Pushes the string member `name` of the table on top, or nothing and returns NULL. */
static const char *push_text(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) > 0) return lua_tostring(L, -1);
  lua_pop(L, 1);
  return NULL;
}

/* A JSON pointer (RFC 6901) as a path for people: /data/attributes/title becomes attributes.title. [-0, +1, m] */
static void push_path(lua_State *L, const char *pointer) {
  luaL_Buffer path;
  if (strncmp(pointer, "/data/", 6) == 0) pointer += 6;
  if (*pointer == '/') pointer++;
  luaL_buffinit(L, &path);
  for (; *pointer != '\0'; pointer++) {
    char shown = *pointer == '/' ? '.' : *pointer;
    if (shown == '~' && (pointer[1] == '0' || pointer[1] == '1')) shown = *++pointer == '0' ? '~' : '/';
    luaL_addlstring(&path, &shown, 1);
  }
  luaL_pushresult(&path);
}

/* Pushes where the error object at `error` lays the blame, in brackets, or "". [-0, +1, m] */
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

/* Pushes one line for the error object at `error`: title, detail, source. [-0, +1, m] */
static void push_error_line(lua_State *L, int error) {
  int top = lua_gettop(L);
  const char *title = push_text(L, error, "title"), *detail = push_text(L, error, "detail");
  const char *code = title == NULL && detail == NULL ? push_text(L, error, "code") : NULL;
  push_source(L, error);
  const char *source = lua_tostring(L, -1);
  if (title != NULL && detail != NULL)
    lua_pushfstring(L, "%s: %s%s", title, detail, source);
  else if (title != NULL || detail != NULL)
    lua_pushfstring(L, "%s%s", title != NULL ? title : detail, source);
  else
    lua_pushfstring(L, "%s%s", code != NULL ? code : "no reason given", source);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

/* Pushes a line that sums up the array of error objects at `errors`. [-0, +1, m] */
static void push_errors_line(lua_State *L, int errors) {
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

/*
** Pushes the error objects of the answer's body as an array; pushes nothing and returns 0 when the body has none.
** One object in place of an array is taken as an array of one. [-0, +(0|1), m]
*/
static int push_errors(lua_State *L, const struct request *request) {
  const struct buffer *body = &request->transfer.body;
  if (body->length == 0) return 0;
  int top = lua_gettop(L);
  struct document **scratch = document_push_scratch(L);
  char *padded = lua_newuserdata(L, body->length + JSON_PADDING);
  memcpy(padded, body->bytes, body->length);
  memset(padded + body->length, 0, JSON_PADDING);
  *scratch = document_new();
  struct buffer ignored;
  buffer_init(&ignored, 0);
  bool fine = *scratch != NULL && document_read(*scratch, padded, body->length, &ignored);
  struct json_value errors = fine ? json_member((*scratch)->root, "errors") : (struct json_value){NULL, 0};
  enum json_type type = json_type(errors);
  if ((type != JSON_ARRAY && type != JSON_OBJECT) || json_count(errors) == 0) {
    lua_settop(L, top);
    return 0;
  }
  value_push_array_metatable(L);
  value_push(L, errors, VALUE_PLAIN, &(struct value_making){.array_metatable = lua_gettop(L)});
  if (type == JSON_OBJECT) {
    value_push_array(L, 1);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
  }
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
  return 1;
}

static int has_reason(const struct request *request) {
  return request->reason.length > 0;
}

/* Pushes what broke: the request's own reason, the server's error objects at `errors` (0: none), or the status. */
static void push_detail(lua_State *L, const struct request *request, int errors) {
  if (has_reason(request))
    lua_pushlstring(L, request->reason.bytes, request->reason.length);
  else if (errors != 0)
    push_errors_line(L, errors);
  else
    lua_pushfstring(L, "the server answered %d without saying why", (int)request->facts.status);
}

/* Pushes the whole message: `422 invalid: PATCH contracts/42: title: must not be empty (attributes.title)`. */
static void push_message(lua_State *L, const struct request *request, int errors) {
  int top = lua_gettop(L);
  const char *hint = failure_hint(request->failure), *kind = failure_kind_name(request->failure);
  push_detail(L, request, errors);
  push_target(L, request);
  const char *detail = lua_tostring(L, top + 1), *target = lua_tostring(L, top + 2);
  const char *method = request->method != NULL ? request->method : "";
  if (request->facts.status != 0)
    lua_pushfstring(L, "%d %s: %s %s: %s", (int)request->facts.status, kind, method, target, detail);
  else
    lua_pushfstring(L, "%s: %s %s: %s", kind, method, target, detail);
  if (hint != NULL) {
    lua_pushfstring(L, "; %s", hint);
    lua_concat(L, 2);
  }
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

static void set_text(lua_State *L, const char *name, const char *text) {
  if (text == NULL) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* Gives the error object on top the fields of the answer. */
static void set_answer(lua_State *L, const struct request *request, int errors) {
  const struct buffer *body = &request->transfer.body;
  answer_push_headers(L, request);
  lua_setfield(L, -2, "headers");
  if (request->retry_after >= 0) {
    lua_pushnumber(L, request->retry_after);
    lua_setfield(L, -2, "retry_after");
  }
  if (errors != 0) {
    lua_pushvalue(L, errors);
    lua_setfield(L, -2, "errors");
  } else if (body->length > 0) {
    lua_pushlstring(L, body->bytes, body->length < ANSWER_BODY_SHOWN ? body->length : ANSWER_BODY_SHOWN);
    lua_setfield(L, -2, "body");
  }
}

void answer_push_failure(lua_State *L, const struct request *request) {
  int top = lua_gettop(L);
  luaL_checkstack(L, LUA_MINSTACK, "an error object");
  int errors = push_errors(L, request) ? top + 1 : 0;
  push_message(L, request, errors);
  failure_push(L, request->failure, request->facts.status, lua_tostring(L, -1));
  set_text(L, "method", request->method);
  set_text(L, "url", request->url);
  lua_pushinteger(L, request->attempts);
  lua_setfield(L, -2, "attempts");
  if (request->facts.status != 0) set_answer(L, request, errors);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}
