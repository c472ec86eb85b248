/*
** session.c: what all requests of one client share.
*/
#include "http/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/header_list.h"
#include "http/url.h"
#include "system.h"

#define SESSION_TOKEN_MAXIMUM ((size_t)64 * 1024)
#define SESSION_SCHEME_CHARACTERS \
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

void session_notice_fork(struct session *session) {
  long process = system_process();
  if (session->process == process) return;
  session->process = process;
  session->forked = true;
  session->limit.running = 0;
}

struct engine *session_engine(struct session *session) {
  struct session_engine *shared = session->engine;
  if (shared == NULL) return NULL;
  session_notice_fork(session);
  if (shared->engine != NULL && engine_is_inherited(shared->engine)) {
    engine_release(shared->engine);
    shared->engine = NULL;
  }
  if (shared->engine == NULL) shared->engine = engine_new();
  if (shared->engine == NULL || (session->has_loop && !engine_start_worker(shared->engine)))
    return NULL;
  return shared->engine;
}

void session_share(struct session *session, struct session_engine *shared) {
  session->engine = shared;
  session->process = system_process();
  session_engine_join(shared);
}

void session_engine_join(struct session_engine *shared) {
  shared->users++;
}

void session_engine_leave(struct session_engine *shared) {
  if (--shared->users > 0) return;
  engine_release(shared->engine);
  shared->engine = NULL;
}

void session_wake(struct session *session) {
  struct engine *engine = session->engine != NULL ? session->engine->engine : NULL;
  if (engine != NULL && !engine_is_inherited(engine)) engine_wake(engine);
}

/* Detaches the session from the engine. */
static void leave_engine(struct session *session) {
  struct session_engine *shared = session->engine;
  session->engine = NULL;
  if (shared != NULL) session_engine_leave(shared);
}

/* Whether a token is visible ASCII, which contains all that tokens may have (RFC 6750, 2.1). */
static bool token_is_valid(const char *token, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (token[i] <= ' ' || token[i] > '~') return false;
  return length > 0 && length <= SESSION_TOKEN_MAXIMUM;
}

/*
** Whether a value of Authorization is a scheme and credentials, separated by spaces, of printable
** ASCII (RFC 9110, 11.4).
*/
static bool authorization_is_valid(const char *value, size_t length) {
  size_t scheme = 0, credentials;
  while (scheme < length && strchr(SESSION_SCHEME_CHARACTERS, value[scheme]) != NULL &&
         value[scheme] != '\0')
    scheme++;
  credentials = scheme;
  while (credentials < length && value[credentials] == ' ') credentials++;
  for (size_t i = credentials; i < length; i++)
    if (value[i] < ' ' || value[i] > '~') return false;
  return scheme > 0 && credentials > scheme && credentials < length && value[length - 1] != ' ' &&
         length <= SESSION_TOKEN_MAXIMUM;
}

/*
** Initializes `line` with the header line of a token, or of a whole value. Returns false on out of
** memory.
*/
static bool write_authorization(struct buffer *line, const struct session *session,
                                const char *token, size_t length) {
  buffer_init(line, SESSION_TOKEN_MAXIMUM + 64);
  buffer_puts(line, session->takes_authorization ? "Authorization: " : "Authorization: Bearer ");
  buffer_append(line, token, length);
  if (buffer_text(line) != NULL) return true;
  buffer_wipe(line);
  return false;
}

bool session_set_token(struct session *session, const char *token, size_t length,
                       const char *reason) {
  struct buffer authorization;
  buffer_init(&authorization, 0);
  errno = 0;
  bool is_valid =
      token == NULL || (session->takes_authorization ? authorization_is_valid(token, length)
                                                     : token_is_valid(token, length));
  if (!is_valid) return false;
  if (token != NULL && !write_authorization(&authorization, session, token, length)) {
    errno = ENOMEM;
    return false;
  }
  buffer_wipe(&session->authorization);
  free(session->token_reason);
  session->token_reason = NULL;
  session->authorization = authorization;
  if (token == NULL && reason != NULL) session->token_reason = strdup(reason);
  session->token_lacks_memory = token == NULL && reason != NULL && session->token_reason == NULL;
  session->token_wanted = false;
  session->token_generation++;
  cache_clear(session->cache);
  return true;
}

bool session_is_loopback(const struct session *session, const char *url) {
  size_t length = strlen(session->base);
  bool is_below = strncmp(url, session->base, length) == 0 && strchr("/?", url[length]) != NULL;
  return is_below ? session->base_is_loopback : url_is_loopback(url);
}

bool session_accepts_link(const struct session *session, const char *url) {
  errno = 0;
  return session->ignore_link_origin || url_compare_origin(session->base, url) != URL_OTHER;
}

const char *session_link_advice(const struct session *session, const char *url) {
  char *own = url_host(session->base), *host = url_host(url);
  bool is_same = own != NULL && host != NULL && strcmp(own, host) == 0;
  free(own);
  free(host);
  if (!is_same) return "";
  return "; only its scheme or port differs: set the option ignore_link_origin if the server is "
         "behind a reverse proxy";
}

bool session_needs_lua(const struct session *session) {
  return session->token_wanted || trace_waits(&session->trace);
}

double session_random(struct session *session) {
  if (session->random == 0) {
    double now = clock_now();
    memcpy(&session->random, &now, sizeof now);
    session->random ^= (uint64_t)(uintptr_t)session | 1;
  }
  session->random ^= session->random << 13;
  session->random ^= session->random >> 7;
  session->random ^= session->random << 17;
  return (double)(session->random >> 11) / 9007199254740992.0;
}

void session_free(struct session *session) {
  buffer_wipe(&session->authorization);
  session->transfer.curl.client_key_password = NULL;
  buffer_wipe(&session->client_key_password);
  free(session->token_reason);
  header_list_wipe(session->headers);
  trace_free(&session->trace);
  cache_free(session->cache);
  session->cache = NULL;
  session->token_reason = NULL;
  session->token_wanted = false;
  session->headers = NULL;
  rate_limiter_free(&session->rate_limiter);
  leave_engine(session);
}

const char *session_token_advice(const struct session *session) {
  return session->in_nginx
             ? "no token: set the option token or authorization, or HARNEST_TOKEN in the "
               "environment and the line \"env HARNEST_TOKEN;\" in nginx.conf"
             : "no token: set the option token or authorization, or HARNEST_TOKEN in the "
               "environment";
}
