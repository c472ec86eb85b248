/*
** response.c: converts a finished request to a document's facts or an error object.
*/
#include "lua/client/response.h"

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/redact.h"
#include "base/text.h"
#include "http/after_exchange.h"
#include "http/redirect.h"
#include "http/request_secrets.h"
#include "http/retry.h"
#include "http/response_headers.h"
#include "http/transport_error.h"
#include "json/json_padding.h"
#include "lua/client/error.h"
#include "lua/client/error_summary.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"

#define RESPONSE_BODY_SHOWN 1024
#define RESPONSE_TEXT_SHOWN 200

/*
** Adds a value to the one on top, which is from a field of the same name: joined by a comma, but
** Set-Cookie as an array, because its values contain commas (RFC 9110, 5.3). [-1, +1, m]
*/
static void add_value(lua_State *L, const char *name, const char *value) {
  if (strcmp(name, "set-cookie") != 0) {
    lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
    lua_remove(L, -2);
    return;
  }
  if (!lua_istable(L, -1)) {
    lua_createtable(L, 2, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
  }
  lua_pushstring(L, value);
  lua_rawseti(L, -2, (int)lua_rawlen(L, -2) + 1);
}

void response_push_fields(lua_State *L, const struct buffer *headers) {
  const char *name, *value;
  size_t length, position = 0;
  lua_newtable(L);
  while (response_headers_next(headers, &position, &name, &length, &value)) {
    lua_pushlstring(L, name, length);
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      lua_pushstring(L, value);
    } else {
      add_value(L, lua_tostring(L, -2), value);
    }
    lua_rawset(L, -3);
  }
}

void response_push_headers(lua_State *L, const struct request *request) {
  response_push_fields(L, &request->transfer.headers);
}

static void set_text(lua_State *L, const char *name, const char *text) {
  if (text == NULL) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

static void set_retry_after(lua_State *L, const struct request *request) {
  if (request->retry_after < 0) return;
  lua_pushnumber(L, request->retry_after);
  lua_setfield(L, -2, "retry_after");
}

/* Removes the secrets from the request's URL. Sets the URL to NULL on out of memory. */
static void hide_secrets_in_url(struct request *request, const struct buffer *secrets) {
  struct buffer url;
  bool fine = *request_redacted_url(request, secrets, &url) != '\0';
  if (!fine) buffer_free(&url);
  free(request->url);
  request->url = fine ? url.bytes : NULL;
}

void response_push_facts(lua_State *L, struct request *request) {
  struct buffer secrets;
  request_secrets(request, &secrets);
  redact(&request->transfer.headers, &secrets);
  hide_secrets_in_url(request, &secrets);
  buffer_wipe(&secrets);
  /* links in the response are resolved against the URL, and Location must not be missing */
  if (request->url == NULL || request->transfer.headers.failed != BUFFER_FINE)
    luaL_error(L, "not enough memory");
  lua_createtable(L, 0, 5);
  set_text(L, "etag", transfer_header(&request->transfer, "etag"));
  set_text(L, "location", transfer_header(&request->transfer, "location"));
  set_text(L, "content_location", transfer_header(&request->transfer, "content-location"));
  lua_pushinteger(L, (lua_Integer)request->facts.status);
  lua_setfield(L, -2, "status");
  set_text(L, "url", request->url);
  lua_pushboolean(L, request->redirects > 0);
  lua_setfield(L, -2, "redirected");
  set_retry_after(L, request);
}

void response_push_etag(lua_State *L, struct request *request) {
  struct buffer secrets;
  lua_createtable(L, 0, 1);
  if (transfer_header(&request->transfer, "etag") == NULL) return;
  request_secrets(request, &secrets);
  redact(&request->transfer.headers, &secrets);
  buffer_wipe(&secrets);
  if (request->transfer.headers.failed != BUFFER_FINE) luaL_error(L, "not enough memory");
  set_text(L, "etag", transfer_header(&request->transfer, "etag"));
}

/* Pushes a value as messages show it. [-0, +1, m] */
static void push_excerpt(lua_State *L, const char *text, size_t length) {
  char shown[EXCERPT_SIZE(EXCERPT_VALUE)];
  length = excerpt(shown, text, length, EXCERPT_VALUE);
  lua_pushlstring(L, shown, length);
}

/*
** Pushes the target as messages show it: the path below the base URL, without the query.
** [-0, +1, m]
*/
static void push_target(lua_State *L, const struct request *request) {
  const char *base = request->session->base, *url = request->url != NULL ? request->url : "";
  size_t length = strlen(base);
  if (strncmp(url, base, length) == 0 && url[length] == '/') url += length + 1;
  push_excerpt(L, url, strcspn(url, "?#"));
}

/*
** Parses the response body as a document. Pushes a userdata that owns it, and returns its root;
** JSON_ABSENT if it is no document. [-0, +1, m]
*/
static struct json_value push_root(lua_State *L, const struct request *request) {
  const struct buffer *body = &request->transfer.body;
  struct document_store **scratch = document_push_scratch(L);
  if (body->length == 0) return (struct json_value){NULL, 0};
  char *padded = lua_newuserdata(L, body->length + JSON_PADDING);
  json_copy_padded(padded, body->bytes, body->length);
  *scratch = document_store_new();
  struct buffer ignored;
  buffer_init(&ignored, 0);
  bool fine = *scratch != NULL && document_store_read(*scratch, padded, body->length, &ignored);
  lua_pop(L, 1);
  return fine ? (*scratch)->root : (struct json_value){NULL, 0};
}

/* Returns whether a value has a member of JSON:API's error objects (JSON:API 1.1, 11.2). */
static bool is_error_object(struct json_value value) {
  static const char *const members[] = {"id",    "links",  "status", "code",
                                        "title", "detail", "source", "meta"};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (json_exists(json_member(value, members[i]))) return true;
  return false;
}

/*
** Returns whether an object is an error object, not a map of field names to texts: its members have
** the types of JSON:API 1.1, 11.2, or close ones.
*/
static bool is_single_error(struct json_value object) {
  static const char *const texts[] = {"id", "status", "code", "title", "detail"},
                           *const objects[] = {"links", "source", "meta"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (json_type(json_member(object, texts[i])) == JSON_ARRAY) return false;
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
    enum json_type type = json_type(json_member(object, objects[i]));
    if (type == JSON_STRING || type == JSON_ARRAY) return false;
  }
  return is_error_object(object);
}

/*
** Returns whether a value is an array that begins with an error object, or an array of objects
** only.
*/
static bool is_list_of_errors(struct json_value value) {
  struct json_iterator items = json_iterate(value);
  struct json_value item;
  if (json_type(value) != JSON_ARRAY || !json_next_item(&items, &item)) return false;
  if (is_error_object(item)) return true;
  do {
    if (json_type(item) != JSON_OBJECT) return false;
  } while (json_next_item(&items, &item));
  return true;
}

/* Pushes the Lua value of `value`. [-0, +1, m] */
static void push_plain(lua_State *L, struct json_value value) {
  value_push_array_metatable(L);
  value_push(L, value, VALUE_PLAIN, &(struct push_context){.array_metatable = lua_gettop(L)});
  lua_remove(L, -2);
}

/*
** Pushes the error objects of a document as an array and returns true; pushes nothing and returns
** false if it has none. A member `errors` in another API's format does not count. One object
** instead of an array becomes an array of one. [-0, +(0|1), m]
*/
static bool push_errors(lua_State *L, struct json_value root) {
  struct json_value errors = json_member(root, "errors");
  bool single = is_single_error(errors);
  if (!single && !is_list_of_errors(errors)) return false;
  push_plain(L, errors);
  if (!single) return true;
  value_push_array(L, 1);
  lua_insert(L, -2);
  lua_rawseti(L, -2, 1);
  return true;
}

/*
** Pushes a description of a body without a reason in JSON: the first line of plain text, or its
** type. [-0, +1, m]
*/
static void push_body_line(lua_State *L, const struct request *request) {
  const struct buffer *body = &request->transfer.body;
  const char *type = transfer_header(&request->transfer, "content-type");
  size_t line = 0;
  if (type != NULL && strncmp(type, "text/plain", 10) == 0)
    while (line < body->length && line < RESPONSE_TEXT_SHOWN &&
           (unsigned char)body->bytes[line] >= ' ')
      line++;
  if (line > 0)
    lua_pushlstring(L, body->bytes, line);
  else if (body->length == 0)
    lua_pushliteral(L, "the response has no body");
  else if (type == NULL || strstr(type, "json") == NULL) {
    if (type == NULL) type = "a response without Content-Type";
    push_excerpt(L, type, strlen(type));
    lua_pushfstring(L, "expected JSON:API, got %s (the error's field body has its start)",
                    lua_tostring(L, -1));
    lua_remove(L, -2);
  } else
    lua_pushliteral(L, "the response states no reason (the error's field body has its start)");
}

/* Removes the full stop at the end of the text on top, since more text follows. [-1, +1, m] */
static void drop_full_stop(lua_State *L) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  if (length < 2 || text[length - 1] != '.' || text[length - 2] == '.') return;
  lua_pushlstring(L, text, length - 1);
  lua_remove(L, -2);
}

static int has_reason(const struct request *request) {
  return request->reason.length > 0;
}

/* Returns whether a part of the error object was lost for lack of memory, since it was written. */
static bool lacks_a_part(const struct request *request) {
  return request->url == NULL || request->reason.failed == BUFFER_NO_MEMORY ||
         request->transfer.headers.failed == BUFFER_NO_MEMORY ||
         request->transfer.body.failed == BUFFER_NO_MEMORY;
}

/* Returns the kind of the error object: without one of its parts it would state another cause. */
static enum error_kind kind_of(const struct request *request) {
  return lacks_a_part(request) ? KIND_REFUSED : request->error;
}

/*
** Pushes the cause: the request's own reason, the server's error objects at `errors` (0: none), or
** another text of the response. [-0, +1, m]
*/
static void push_detail(lua_State *L, const struct request *request, struct json_value root,
                        int errors) {
  bool is_lost = request->error == KIND_REFUSED && lacks_a_part(request) && !has_reason(request);
  if (kind_of(request) != request->error || is_lost)
    lua_pushliteral(L, ERROR_NO_MEMORY);
  else if (has_reason(request))
    lua_pushlstring(L, request->reason.bytes, request->reason.length);
  else if (errors != 0)
    error_summary_push(L, errors);
  else if (!error_summary_push_other(L, root))
    push_body_line(L, request);
}

/* Replaces the control characters in the string on top by spaces. [-1, +1, m] */
static void make_one_line(lua_State *L) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  luaL_Buffer line;
  luaL_buffinit(L, &line);
  for (size_t i = 0; i < length; i++) {
    luaL_addchar(&line, text_is_control(text[i]) ? ' ' : text[i]);
  }
  luaL_pushresult(&line);
  lua_remove(L, -2);
}

/*
** Returns the text for a failed write that the server may still have applied, in this or an earlier
** attempt; NULL if that is impossible.
*/
static const char *outcome_unknown_text(const struct request *request) {
  long status = request->facts.status;
  bool succeeded = status >= 200 && status < 300; /* and the response could not be read */
  bool broken = request->error == KIND_NETWORK || request->error == KIND_TIMEOUT ||
                request->error == KIND_PROTOCOL || request->error == KIND_CANCELLED ||
                status == 0 || retry_may_have_been_done(status) || succeeded ||
                redirect_is_status(status); /* the server may have applied it in this attempt */
  if (!request_outcome_is_unknown(request)) return NULL;
  return broken ? "; it may have been done" : "; an earlier attempt may have done it";
}

/* Returns whether the reason of the request says what to do. */
static bool has_advice(const struct request *request) {
  static const char *const beginnings[] = {TRANSPORT_ERROR_NO_TLS, PROXY_CREDENTIALS,
                                           ERROR_NO_DESCRIPTORS};
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
    size_t length = strlen(beginnings[i]);
    if (request->reason.length >= length &&
        memcmp(request->reason.bytes, beginnings[i], length) == 0)
      return true;
  }
  return false;
}

/*
** Returns what to do about a 401; `hint` if the request had a token that is wrong. That is so in a
** cassette, too, whose recorded request had a token that the client which plays it may lack.
*/
static const char *unauthorized_hint(const struct request *request, const char *hint) {
  const struct credentials *credentials = request->session->credentials;
  if (credentials == NULL) return hint; /* the client was closed meanwhile */
  if (credentials->source == CREDENTIALS_FUNCTION && request->facts.status == 0) return NULL;
  if (credentials->takes_authorization)
    return "check that the option authorization has the scheme and credentials of this server";
  bool had_token = credentials->authorization.length > 0 || session_replays(request->session);
  return had_token ? hint : session_token_advice(request->session);
}

/*
** Appends what to do about a status that is about the request's own size or about the proxy.
** Returns false for other statuses.
*/
static bool advise(const struct request *request, struct buffer *advice) {
  struct proxy proxy;
  switch (request->facts.status) {
    case 407:
      proxy = request_proxy(request);
      proxy_describe_credentials(&proxy, advice);
      return true;
    case 413:
      if (request->body.length == 0) return false;
      return buffer_printf(advice, "the body has %zu bytes; send it in several requests",
                           request->body.length);
    case 414:
      return buffer_printf(advice,
                           "the URL has %zu bytes, more than this server accepts; use a shorter "
                           "filter, fewer fields, or api:get_many to read many ids",
                           request->url != NULL ? strlen(request->url) : 0);
    default: return false;
  }
}

/* Pushes the text of advise; pushes nothing and returns NULL if there is none. [-0, +(0|1), m] */
static const char *push_advice(lua_State *L, const struct request *request) {
  char bytes[EXCERPT_SIZE(EXCERPT_MESSAGE)];
  struct buffer advice = {.bytes = bytes, .capacity = sizeof bytes, .maximum = sizeof bytes};
  if (!advise(request, &advice)) return NULL;
  lua_pushlstring(L, bytes, advice.length);
  return lua_tostring(L, -1);
}

/*
** Pushes the complete message: `422 invalid: PATCH contracts/42: title: must not be empty
** (attributes.title)`. [-0, +1, m]
*/
static void push_message(lua_State *L, const struct request *request, struct json_value root,
                         int errors) {
  int top = lua_gettop(L);
  bool waited =
      request->error == KIND_TIMEOUT && request->attempts == 0; /* the request was never sent */
  const char *hint = waited ? NULL : error_kind_hint(request->error, request->facts.status),
             *unknown = outcome_unknown_text(request);
  if (request->error == KIND_UNAUTHORIZED) hint = unauthorized_hint(request, hint);
  if (request->error == KIND_SERVER_ERROR && !request->retryable) hint = "the server failed";
  if (has_advice(request) || lacks_a_part(request)) hint = NULL;
  const char *kind = error_kind_name(kind_of(request));
  push_detail(L, request, root, errors);
  push_target(L, request);
  const char *detail = lua_tostring(L, top + 1), *target = lua_tostring(L, top + 2);
  const char *method = request->method != NULL ? request->method : "";
  push_excerpt(L, method, strlen(method));
  method = lua_tostring(L, -1);
  const char *advice = push_advice(L, request);
  if (advice != NULL) hint = advice;
  if (request->facts.status != 0)
    lua_pushfstring(L, "%d %s: %s %s: %s", (int)request->facts.status, kind, method, target,
                    detail);
  else
    lua_pushfstring(L, "%s: %s %s: %s", kind, method, target, detail);
  if (unknown != NULL || request->quota_spent || hint != NULL) drop_full_stop(L);
  if (unknown != NULL) {
    lua_pushstring(L, unknown);
    lua_concat(L, 2);
  }
  if (request->quota_spent) {
    lua_pushliteral(L, "; not tried again, since too many calls to this server have failed lately");
    lua_concat(L, 2);
  }
  if (hint != NULL) {
    lua_pushfstring(L, "; %s", hint);
    lua_concat(L, 2);
  }
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
  make_one_line(L);
}

/*
** Sets the members `meta` and `links` of the error document (JSON:API 1.1, 7.1) on the error object
** on top. [-0, +0, m]
*/
static void set_meta_and_links(lua_State *L, struct json_value root) {
  static const char *const names[] = {"meta", "links"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct json_value value = json_member(root, names[i]);
    if (json_type(value) != JSON_OBJECT) continue;
    push_plain(L, value);
    lua_setfield(L, -2, names[i]);
  }
}

/* Sets the fields of the response on the error object on top. [-0, +0, m] */
static void set_response_fields(lua_State *L, const struct request *request, struct json_value root,
                                int errors) {
  const struct buffer *body = &request->transfer.body;
  response_push_headers(L, request);
  lua_setfield(L, -2, "headers");
  set_retry_after(L, request);
  if (errors != 0) {
    lua_pushvalue(L, errors);
    lua_setfield(L, -2, "errors");
    set_meta_and_links(L, root);
  } else if (body->length > 0) {
    lua_pushlstring(L, body->bytes,
                    body->length < RESPONSE_BODY_SHOWN ? body->length : RESPONSE_BODY_SHOWN);
    lua_setfield(L, -2, "body");
  }
}

/*
** Removes the secrets from everything that goes into the error object, since servers echo requests.
*/
static void hide_secrets(struct request *request) {
  struct buffer secrets;
  request_secrets(request, &secrets);
  redact(&request->transfer.body, &secrets);
  redact(&request->transfer.headers, &secrets);
  redact(&request->reason, &secrets);
  hide_secrets_in_url(request, &secrets);
  buffer_wipe(&secrets);
}

void response_push_error(lua_State *L, struct request *request) {
  int top = lua_gettop(L);
  luaL_checkstack(L, LUA_MINSTACK, "an error object");
  hide_secrets(request);
  struct json_value root = push_root(L, request);
  int errors = push_errors(L, root) ? lua_gettop(L) : 0;
  push_message(L, request, root, errors);
  error_push(L, kind_of(request), request->facts.status, lua_tostring(L, -1));
  set_text(L, "method", request->method);
  set_text(L, "url", request->url);
  set_text(L, "request_id", request_id_sent(request));
  lua_pushinteger(L, request->attempts);
  lua_setfield(L, -2, "attempts");
  lua_pushnumber(L, request->seconds);
  lua_setfield(L, -2, "seconds");
  lua_pushboolean(L, request_outcome_is_unknown(request));
  lua_setfield(L, -2, "outcome_unknown");
  lua_pushboolean(L, request->retryable && kind_of(request) == request->error);
  lua_setfield(L, -2, "retryable");
  if (request->facts.status != 0) set_response_fields(L, request, root, errors);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}
