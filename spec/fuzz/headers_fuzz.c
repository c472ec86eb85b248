/*
** headers_fuzz.c: how requests handle the headers and bodies of responses: fields, redirects,
** retries, Retry-After, the cache with conditions and 304s, and removal of the token.
**
** An input is a line of settings, one letter each, and the responses that fake_curl.h describes.
*/
#include <stdbool.h>

#include "fuzz.h"

#include "base/clock.h"
#include "http/link.h"
#include "http/request.h"
#include "jsonapi/response_document.h"
#include "lua/client/response.h"

#include "fake_curl.h"

#define CALLS 6

static const char token[] = "to:ken-of-the-client";

/* Raises if the token is in the string on top of the stack or in a string in the table there.
** Stack: …, value. */
static void must_hide(lua_State *L) {
  if (lua_type(L, -1) == LUA_TSTRING)
    fuzz_must(strstr(lua_tostring(L, -1), token) == NULL, "the token is not shown");
  if (!lua_istable(L, -1)) return;
  luaL_checkstack(L, 4, NULL);
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    must_hide(L);
    lua_pop(L, 1);
    must_hide(L);
  }
}

/* Reads the result of a finished request. Stack: request. */
static int read_answer(lua_State *L) {
  struct request *request = lua_touserdata(L, 1);
  struct document_store **scratch = document_push_scratch(L);
  *scratch = document_store_new();
  fuzz_must(*scratch != NULL, "there is memory");
  bool read = response_document_read(request, *scratch);
  struct buffer joined;
  buffer_init(&joined, 4096);
  const char *header = transfer_join_header(&request->transfer, "link", &joined);
  struct link link;
  if (header != NULL && link_find(header, "next", &link))
    fuzz_must(link.target >= header && link.target + link.length <= header + strlen(header),
              "a link's target is in the header");
  buffer_free(&joined);
  if (request->error != KIND_NONE) {
    response_push_error(L, request);
    fuzz_must(lua_getfield(L, -1, "message") == LUA_TSTRING, "an error has a message");
    lua_pop(L, 1);
    must_hide(L);
  } else {
    if (read) document_push(L, *scratch);
    response_push_facts(L, request);
    must_hide(L);
  }
  return 0;
}

static void call(struct session *session, const char *method, const char *url) {
  struct request request = {.session = NULL};
  bool is_read = strcmp(method, "GET") == 0;
  struct request_order order = {
      .method = method,
      .url = url,
      .body = is_read ? NULL : "{}",
      .body_length = is_read ? 0 : 2,
      .deadline = fake.now + 1000,
      .repeatable = strcmp(method, "POST") != 0,
      .not_found_is_success = strcmp(method, "DELETE") == 0,
  };
  request_start(&request, session, &order);
  for (int steps = 0; !request_is_done(&request); steps++) {
    fuzz_must(steps < 1000, "a call comes to its end");
    request_step(session_engine(session), 1e9);
    if (!session->credentials->wanted) continue;
    credentials_set(session->credentials, token, sizeof token - 1, NULL);
    request_resume_after_token(session);
  }
  lua_State *L = fuzz_state(NULL);
  lua_pushcfunction(L, read_answer);
  lua_pushlightuserdata(L, &request);
  fuzz_call(L, 1);
  request_close(&request);
  fake.now += 1;
}

/* The letters of the settings. */
static void set(struct session *session, const char *settings) {
  session->transfer.max_response = strchr(settings, 's') != NULL ? 100 : 1 << 20;
  session->retries = strchr(settings, 'r') != NULL ? 3 : 0;
  session->max_retry_wait = strchr(settings, 'w') != NULL ? 1e6 : 60;
  session->credentials->source =
      strchr(settings, 'f') != NULL ? CREDENTIALS_FUNCTION : CREDENTIALS_FIXED;
  session->trace.on = strchr(settings, 't') != NULL;
  session->trace.detail = TRACE_BODIES;
  struct cache_policy policy = {.size = strchr(settings, 's') != NULL ? 4000 : 1 << 20};
  if (strchr(settings, 'i') != NULL) policy.ttl = policy.stale_if_error = 5;
  session->cache = strchr(settings, 'c') != NULL ? cache_new(&policy) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const methods[] = {"GET", "GET", "PATCH", "GET", "DELETE", "POST"};
  static struct session_engine shared = {.users = 1}; /* never closed */
  struct fuzz_input input = {(const char *)data, size};
  char *settings = fuzz_take(&input, '\n');
  fake_begin(&input);
  struct session session = {.max_pages = 1000,
                            .pace = pace_new(8),
                            .credentials = credentials_new(false),
                            .transfer = {.timeout = 30, .curl = {.connect_timeout = 10}},
                            .base = "https://api.test/v1",
                            .accept = "Accept: application/vnd.api+json",
                            .content_type = "Content-Type: application/vnd.api+json",
                            .deadline = CLOCK_NEVER};
  session_share(&session, &shared);
  set(&session, settings);
  credentials_set(session.credentials, token, sizeof token - 1, NULL);
  for (int i = 0; i < CALLS && (i == 0 || fake.answers.left > 0); i++) {
    size_t most = session.transfer.max_response == 100 ? 4000 : 1 << 20;
    call(&session, methods[i],
         i == 3 ? "https://api.test/v1/other?page%5Bnumber%5D=2" : "https://api.test/v1/a");
    if (session.cache != NULL)
      fuzz_must(cache_used(session.cache) <= most, "the cache keeps to its size");
  }
  session_free(&session);
  free(settings);
  return 0;
}
