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

#define SESSION_SPARE_MOST ((size_t)64 * 1024) /* bytes of a body's memory that are kept */

void session_notice_fork(struct session *session) {
  long process = system_process();
  if (session->process == process) return;
  session->process = process;
  session->forked = true;
  session->own_limit.running = 0;
  if (session->pace != NULL) pace_notice_fork(session->pace);
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

bool session_set_key_password(struct session *session, const char *password) {
  buffer_wipe(&session->client_key_password);
  buffer_init(&session->client_key_password, strlen(password));
  buffer_puts(&session->client_key_password, password);
  session->transfer.curl.client_key_password = buffer_text(&session->client_key_password);
  return session->transfer.curl.client_key_password != NULL;
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
  return session_wants_token(session) || trace_waits(&session->trace) ||
         session_needs_store(session);
}

void session_publish(struct session *session, struct cache_entry *entry) {
  struct session_store *store = &session->store;
  if (!cache_has_store(session->cache)) return;
  struct session_published *published = calloc(1, sizeof *published);
  if (published == NULL) return;
  published->entry = cache_hold_entry(entry);
  *(store->last != NULL ? &store->last->next : &store->published) = published;
  store->last = published;
}

struct cache_entry *session_take_published(struct session *session) {
  struct session_store *store = &session->store;
  struct session_published *first = store->published;
  if (first == NULL) return NULL;
  struct cache_entry *entry = first->entry;
  store->published = first->next;
  if (store->published == NULL) store->last = NULL;
  free(first);
  return entry;
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

void session_lend_body(struct session *session, struct buffer *body) {
  body->bytes = session->spare_body.bytes;
  body->capacity = session->spare_body.capacity;
  session->spare_body = (struct buffer){0};
}

void session_return_body(struct session *session, struct buffer *body) {
  bool is_open = session->engine != NULL;
  if (is_open && session->spare_body.bytes == NULL && body->capacity <= SESSION_SPARE_MOST) {
    session->spare_body = (struct buffer){.bytes = body->bytes, .capacity = body->capacity};
    body->bytes = NULL;
    body->capacity = 0;
  }
  buffer_free(body);
}

void session_free(struct session *session) {
  session->transfer.curl.client_key_password = NULL;
  buffer_free(&session->spare_body);
  buffer_wipe(&session->client_key_password);
  header_list_wipe(session->headers);
  session->headers = NULL;
  trace_free(&session->trace);
  for (struct cache_entry *entry; (entry = session_take_published(session)) != NULL;)
    cache_release(entry);
  session->store.has_written = false;
  cache_free(session->cache);
  session->cache = NULL;
  cassette_release(session->cassette);
  session->cassette = NULL;
  credentials_release(session->credentials);
  session->credentials = NULL;
  pace_release(session->pace);
  session->pace = NULL;
  leave_engine(session);
}

const char *session_token_advice(const struct session *session) {
  return session->in_nginx
             ? "no token: set the option token or authorization, or HARNEST_TOKEN in the "
               "environment and the line \"env HARNEST_TOKEN;\" in nginx.conf"
             : "no token: set the option token or authorization, or HARNEST_TOKEN in the "
               "environment";
}
