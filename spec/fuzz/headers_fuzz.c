/*
** headers_fuzz.c: how requests handle the headers and bodies of responses: fields, redirects,
** retries, Retry-After, the cache with conditions and 304s, and removal of the token.
**
** The target replaces libcurl's transfers, waiting and the clock (with the linker's --wrap): a
** started transfer gets the next response of the input at once, line by line like from libcurl, and
** time advances by waiting. An input is a line of settings, one letter each, and responses
** separated by a line `%%`: status line, fields, an empty line, the body. A response that begins
** with `!` and a number is a transfer that failed with that CURLcode.
*/
#include <stdarg.h>
#include <stdbool.h>
#include <time.h>

#include "fuzz.h"

#include "base/clock.h"
#include "net/poller.h"
#include "http/link.h"
#include "http/request.h"
#include "jsonapi/response_document.h"
#include "lua/client/response.h"

#define CALLS 6

typedef size_t piece_function(char *bytes, size_t size, size_t count, void *context);

/* The only pending transfer. */
static struct {
  CURL *easy;
  piece_function *on_head, *on_body;
  void *head_context, *body_context, *private;
  CURLMsg message;
  bool reported;
  long status;
} exchange;

static struct fuzz_input answers;
static double now;

/* ------------------------------------------------------------ libcurl and the system, as needed */

CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...);
CURLMcode __wrap_curl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode __wrap_curl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode __wrap_curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int mask,
                                          int *running);
CURLMsg *__wrap_curl_multi_info_read(CURLM *multi, int *left);
int __wrap_poller_wait(int poller, double seconds, struct poller_ready *ready, int capacity);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  time->tv_sec = (time_t)now;
  time->tv_nsec = (long)((now - (double)time->tv_sec) * 1e9);
  return 0;
}

int __wrap_poller_wait(int poller, double seconds, struct poller_ready *ready, int capacity) {
  (void)poller, (void)ready, (void)capacity;
  if (seconds > 0 && seconds < CLOCK_NEVER) now += seconds + 1e-3;
  return 0;
}

CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...) {
  va_list arguments;
  va_start(arguments, option);
  (void)easy;
  switch (option) {
    case CURLOPT_HEADERFUNCTION: exchange.on_head = va_arg(arguments, piece_function *); break;
    case CURLOPT_HEADERDATA: exchange.head_context = va_arg(arguments, void *); break;
    case CURLOPT_WRITEFUNCTION: exchange.on_body = va_arg(arguments, piece_function *); break;
    case CURLOPT_WRITEDATA: exchange.body_context = va_arg(arguments, void *); break;
    case CURLOPT_PRIVATE: exchange.private = va_arg(arguments, void *); break;
    default: break;
  }
  va_end(arguments);
  return CURLE_OK;
}

CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...) {
  va_list arguments;
  va_start(arguments, info);
  void *result = va_arg(arguments, void *);
  va_end(arguments);
  (void)easy;
  if (info == CURLINFO_PRIVATE)
    *(void **)result = exchange.private;
  else if (info == CURLINFO_RESPONSE_CODE)
    *(long *)result = exchange.status;
  else if (info == CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    *(curl_off_t *)result = exchange.status * 7;
  else
    *(curl_off_t *)result = 0; /* as wide as a long */
  return CURLE_OK;
}

/* The number at the start of the text, with at most three digits. */
static int number(const char *text, const char *end) {
  int whole = 0;
  for (int i = 0; i < 3 && text + i < end && text[i] >= '0' && text[i] <= '9'; i++)
    whole = whole * 10 + (text[i] - '0');
  return whole;
}

/* Passes the next response to the transfer, as libcurl would. Returns its CURLcode. */
static CURLcode deliver(void) {
  char *start = (char *)(uintptr_t)answers.at, *end = start + answers.left, *next = end;
  if (start == end) return CURLE_COULDNT_CONNECT;
  for (char *at = start; next == end && end - at >= 4; at++)
    if (memcmp(at, "\n%%\n", 4) == 0) next = at;
  answers.left = next == end ? 0 : (size_t)(end - next - 4);
  answers.at = end - answers.left;
  if (*start == '!') return (CURLcode)(number(start + 1, next) % CURL_LAST);
  while (start < next) {
    char *line_end = memchr(start, '\n', (size_t)(next - start));
    size_t length = line_end == NULL ? (size_t)(next - start) : (size_t)(line_end + 1 - start);
    char line[4096];
    if (length > sizeof line) length = sizeof line;
    memcpy(line, start, length);
    if (length > 12 && memcmp(line, "HTTP/", 5) == 0)
      exchange.status = number(line + 9, line + length);
    if (exchange.on_head(line, 1, length, exchange.head_context) != length)
      return CURLE_WRITE_ERROR;
    start += length;
    if (*line == '\n' || (*line == '\r' && length == 2)) break;
  }
  size_t length = (size_t)(next - start);
  return length == 0 || exchange.on_body(start, 1, length, exchange.body_context) == length
             ? CURLE_OK
             : CURLE_WRITE_ERROR;
}

CURLMcode __wrap_curl_multi_add_handle(CURLM *multi, CURL *easy) {
  (void)multi;
  exchange.easy = easy;
  exchange.reported = false;
  exchange.status = 0;
  return CURLM_OK;
}

CURLMcode __wrap_curl_multi_remove_handle(CURLM *multi, CURL *easy) {
  (void)multi, (void)easy;
  exchange.easy = NULL;
  return CURLM_OK;
}

CURLMcode __wrap_curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int mask,
                                          int *running) {
  (void)multi, (void)socket, (void)mask;
  *running = exchange.easy != NULL;
  return CURLM_OK;
}

CURLMsg *__wrap_curl_multi_info_read(CURLM *multi, int *left) {
  (void)multi;
  *left = 0;
  if (exchange.easy == NULL || exchange.reported) return NULL;
  exchange.reported = true;
  exchange.message = (CURLMsg){.msg = CURLMSG_DONE, .easy_handle = exchange.easy};
  exchange.message.data.result = deliver();
  return &exchange.message;
}

/* ------------------------------------------------------------------- one client's calls */

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
      .deadline = now + 1000,
      .repeatable = strcmp(method, "POST") != 0,
      .not_found_is_success = strcmp(method, "DELETE") == 0,
  };
  request_start(&request, session, &order);
  for (int steps = 0; !request_is_done(&request); steps++) {
    fuzz_must(steps < 1000, "a call comes to its end");
    request_step(session_engine(session), 1e9);
    if (!session->token_wanted) continue;
    session_set_token(session, token, sizeof token - 1, NULL);
    request_resume_after_token(session);
  }
  lua_State *L = fuzz_state(NULL);
  lua_pushcfunction(L, read_answer);
  lua_pushlightuserdata(L, &request);
  fuzz_call(L, 1);
  request_close(&request);
  now += 1;
}

/* The letters of the settings. */
static void set(struct session *session, const char *settings) {
  session->transfer.max_response = strchr(settings, 's') != NULL ? 100 : 1 << 20;
  session->retries = strchr(settings, 'r') != NULL ? 3 : 0;
  session->max_retry_wait = strchr(settings, 'w') != NULL ? 1e6 : 60;
  session->token_source =
      strchr(settings, 'f') != NULL ? SESSION_TOKEN_FUNCTION : SESSION_TOKEN_FIXED;
  session->trace.on = strchr(settings, 't') != NULL;
  session->cache = strchr(settings, 'c') != NULL
                       ? cache_new(strchr(settings, 's') != NULL ? 4000 : 1 << 20)
                       : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const methods[] = {"GET", "GET", "PATCH", "GET", "DELETE", "POST"};
  static struct session_engine shared = {.clients = 1}; /* never closed */
  answers = (struct fuzz_input){(const char *)data, size};
  char *settings = fuzz_take(&answers, '\n');
  now = 1000;
  struct session session = {.max_pages = 1000,
                            .limit = {.maximum = 8},
                            .transfer = {.timeout = 30, .curl = {.connect_timeout = 10}},
                            .base = "https://api.test/v1",
                            .accept = "Accept: application/vnd.api+json",
                            .content_type = "Content-Type: application/vnd.api+json",
                            .deadline = CLOCK_NEVER};
  session_share(&session, &shared);
  set(&session, settings);
  session_set_token(&session, token, sizeof token - 1, NULL);
  for (int i = 0; i < CALLS && (i == 0 || answers.left > 0); i++) {
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
