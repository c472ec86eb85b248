/*
** revalidate.c: connects one request with its client's cache.
*/
#include "http/revalidate.h"

#include <string.h>

#include "base/clock.h"
#include "http/cache_control.h"
#include "http/header_list.h"
#include "http/method.h"
#include "http/response_headers.h"

#define REVALIDATE_LINE_MAXIMUM ((size_t)1 << 19)

/* Whether the caller's headers have fields that make or control conditional requests. */
static bool control_caching(const struct curl_slist *headers) {
  static const char *const names[] = {
      "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since",
      "Range",         "Cache-Control",     "Pragma"};
  for (const char *line; (line = header_list_next(&headers)) != NULL;)
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (header_list_is_named(line, names[i])) return true;
  return false;
}

/* Appends a line break and a line to a key. */
static void add_line(struct buffer *key, const char *line) {
  buffer_putc(key, '\n');
  buffer_puts(key, line);
}

static void add_lines(struct buffer *key, const struct curl_slist *lines) {
  for (const char *line; (line = header_list_next(&lines)) != NULL;) add_line(key, line);
}

static size_t length_of(const struct curl_slist *lines) {
  size_t length = 0;
  for (const char *line; (line = header_list_next(&lines)) != NULL;) length += strlen(line) + 1;
  return length;
}

/*
** Makes the key: the URL and all header lines, Authorization among them, separated by line breaks,
** which no URL contains. Responses may vary by each of them, and derived clients share the cache.
** Returns NULL if the request does not use the cache, or on out of memory.
*/
static const char *make_key(struct buffer *key, const struct session *session,
                            const struct transfer_order *order) {
  if (session->cache == NULL || strcmp(order->method, "GET") != 0 || order->body != NULL)
    return NULL;
  if (control_caching(order->headers) || control_caching(order->more)) return NULL;
  buffer_init(key, REVALIDATE_LINE_MAXIMUM * 4);
  const char *authorization = order->authorization != NULL ? order->authorization : "";
  size_t length = strlen(order->url) + length_of(order->headers) + length_of(order->more);
  /* at once: growth would leave copies of the token in freed memory */
  if (!buffer_reserve(key, length + strlen(authorization) + 2)) return NULL;
  buffer_puts(key, order->url);
  add_lines(key, order->headers);
  add_lines(key, order->more);
  add_line(key, authorization);
  return buffer_text(key);
}

/*
** Adds the line "name: value" with the value of a stored field; adds nothing if there is no such
** field. Returns false on out of memory.
*/
static bool add_condition(struct curl_slist **list, const char *name, const struct buffer *stored,
                          const char *field) {
  const char *value = response_headers_value(stored, field), *text;
  if (value == NULL || *value == '\0') return true;
  struct buffer line;
  buffer_init(&line, REVALIDATE_LINE_MAXIMUM);
  buffer_printf(&line, "%s: %s", name, value);
  bool fine = (text = buffer_text(&line)) != NULL && header_list_add(list, text);
  buffer_free(&line);
  return fine;
}

/* Makes the conditions and copies the call's headers. Returns false on out of memory. */
static bool make_headers(struct revalidation *revalidation, const struct curl_slist *more) {
  const struct buffer *stored = &revalidation->entry->headers;
  struct curl_slist **list = &revalidation->headers;
  return add_condition(list, "If-None-Match", stored, "etag") &&
         add_condition(list, "If-Modified-Since", stored, "last-modified") &&
         header_list_add_all(list, more);
}

/*
** Makes a stored response the response of the transfer, and counts it. Returns false on out of
** memory or if the body is larger than max_response.
*/
static bool use_entry(struct session *session, const struct cache_entry *entry,
                      struct transfer *transfer) {
  if (!transfer_set_response(transfer, &session->transfer, &entry->headers, entry->body,
                             entry->body_length))
    return false;
  session->counts.cached++;
  return true;
}

bool revalidate_asks_store(struct revalidation *revalidation, const struct session *session,
                           const struct transfer_order *order) {
  if (!cache_has_store(session->cache) || revalidation->has_asked_store) return false;
  revalidate_end(revalidation);
  if (make_key(&revalidation->key, session, order) != NULL) return true;
  revalidate_end(revalidation);
  return false;
}

void revalidate_take_answer(struct revalidation *revalidation, const struct session *session,
                            const struct cache_record *record, double writes) {
  revalidation->has_asked_store = true;
  revalidation->store_writes = writes;
  if (session->cache != NULL)
    cache_restore(session->cache, revalidation->key.bytes, record, writes);
}

bool revalidate_begin(struct revalidation *revalidation, struct session *session,
                      struct transfer_order *order, struct transfer *transfer) {
  bool fresh = false;
  revalidate_end(revalidation);
  const char *key = make_key(&revalidation->key, session, order);
  if (key == NULL) {
    revalidate_end(revalidation);
    return false;
  }
  revalidation->mark = cache_mark(session->cache);
  revalidation->mark.store_writes = revalidation->store_writes;
  if (revalidation->skips_lookup) return false;
  revalidation->entry = cache_find(session->cache, key, clock_now(), &fresh);
  if (revalidation->entry == NULL) return false;
  if (fresh && use_entry(session, revalidation->entry, transfer)) return true;
  if (fresh) transfer_close(transfer);
  if (!cache_control_has_validator(&revalidation->entry->headers)) return false;
  if (make_headers(revalidation, order->more))
    order->more = revalidation->headers;
  else
    revalidate_end(revalidation);
  return false;
}

/* Returns the response of a finished exchange as cache.h expects it. Owns nothing. */
static struct cache_response response_of(const struct revalidation *revalidation,
                                         const struct transfer *transfer) {
  return (struct cache_response){
      .headers = &transfer->headers,
      .body = transfer->body.bytes,
      .body_length = transfer->body.length,
      .mark = revalidation->mark,
      .requested = clock_now() - transfer_facts(transfer).seconds,
  };
}

/* Whether the response is JSON. The page of a proxy or a login form must not be stored. */
static bool is_json(const struct transfer *transfer) {
  const char *type = transfer_header(transfer, "content-type");
  return type != NULL && strstr(type, "json") != NULL;
}

void revalidate_store(struct revalidation *revalidation, struct session *session,
                      const struct transfer *transfer) {
  if (revalidation->key.length == 0 || session->cache == NULL || !is_json(transfer)) return;
  struct cache_response response = response_of(revalidation, transfer);
  struct cache_entry *entry = cache_store(session->cache, revalidation->key.bytes, &response);
  if (entry != NULL) session_publish(session, entry);
}

bool revalidate_use_stored(struct revalidation *revalidation, struct session *session,
                           struct transfer *transfer) {
  struct cache_response response = response_of(revalidation, transfer);
  bool fine = cache_freshen(session->cache, revalidation->entry, &response) &&
              use_entry(session, revalidation->entry, transfer);
  revalidation->skips_lookup = !fine;
  if (fine && revalidation->entry->is_stored) session_publish(session, revalidation->entry);
  return fine;
}

bool revalidate_use_stale(struct revalidation *revalidation, struct session *session,
                          struct transfer *transfer) {
  const struct cache_entry *entry = revalidation->entry;
  return entry != NULL && session->cache != NULL &&
         cache_may_use_stale(session->cache, entry, clock_now()) &&
         use_entry(session, entry, transfer);
}

/* Whether a status states that the server did not execute the request. */
static bool states_not_executed(long status) {
  return (status >= 400 && status < 500) || status == 503;
}

void revalidate_after(struct session *session, const char *method, long status) {
  if (session->cache == NULL || method_is_safe(method)) return;
  if (states_not_executed(status)) return;
  cache_expire(session->cache);
  if (cache_has_store(session->cache)) session->store.has_written = true;
}

void revalidate_end(struct revalidation *revalidation) {
  cache_release(revalidation->entry);
  header_list_wipe(revalidation->headers);
  buffer_wipe(&revalidation->key); /* it contains the token */
  *revalidation = (struct revalidation){.skips_lookup = revalidation->skips_lookup,
                                        .has_asked_store = revalidation->has_asked_store,
                                        .store_writes = revalidation->store_writes};
}
