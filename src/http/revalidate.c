/*
** revalidate.c: what one request has to do with its client's cache.
*/
#include "http/revalidate.h"

#include <string.h>

#include "base/clock.h"
#include "http/header_list.h"
#include "http/method.h"
#include "http/response_headers.h"

#define REVALIDATE_LINE_MAXIMUM ((size_t)1 << 19)

/* Whether a line "Name: value" (or "Name;") has that name. */
static bool is_named(const char *line, const char *name) {
  size_t length = strlen(name);
  return curl_strnequal(line, name, length) && (line[length] == ':' || line[length] == ';');
}

/* Whether the caller's own headers do what the cache would, or undo it. */
static bool are_in_the_way(const struct curl_slist *headers) {
  static const char *const names[] = {
      "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since",
      "Range",         "Cache-Control",     "Pragma"};
  for (; headers != NULL; headers = headers->next)
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (is_named(headers->data, names[i])) return true;
  return false;
}

/*
** Makes the key: the URL, and behind it, by line breaks that no URL has, the call's own fields,
** Accept among them, by which answers may vary; the client's are always the same. NULL: not for the
** cache.
*/
static const char *make_key(struct buffer *key, const struct session *session,
                            const struct transfer_order *order) {
  if (session->cache == NULL || strcmp(order->method, "GET") != 0 || order->body != NULL)
    return NULL;
  if (are_in_the_way(order->headers) || are_in_the_way(order->more)) return NULL;
  buffer_init(key, REVALIDATE_LINE_MAXIMUM * 4);
  buffer_puts(key, order->url);
  for (const struct curl_slist *line = order->more; line != NULL; line = line->next)
    buffer_printf(key, "\n%s", line->data);
  return buffer_text(key);
}

/* Adds the line "name: value" with the value of a kept field; without such a field nothing. */
static bool add_condition(struct curl_slist **list, const char *name, const struct buffer *head,
                          const char *field) {
  const char *value = response_headers_value(head, field), *text;
  if (value == NULL || *value == '\0') return true;
  struct buffer line;
  buffer_init(&line, REVALIDATE_LINE_MAXIMUM);
  buffer_printf(&line, "%s: %s", name, value);
  bool fine = (text = buffer_text(&line)) != NULL && header_list_add(list, text);
  buffer_free(&line);
  return fine;
}

/* The call's headers with conditions before them. */
static bool make_headers(struct revalidation *revalidation, const struct curl_slist *more) {
  const struct buffer *head = &revalidation->entry->head;
  struct curl_slist **list = &revalidation->headers;
  return add_condition(list, "If-None-Match", head, "etag") &&
         add_condition(list, "If-Modified-Since", head, "last-modified") &&
         header_list_add_all(list, more);
}

static bool give(struct session *session, const struct cache_entry *entry,
                 struct transfer *transfer) {
  if (!transfer_answer(transfer, &session->transfer, &entry->head, entry->body, entry->body_length))
    return false;
  session->counts.cached++;
  return true;
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
  if (revalidation->barred) return false;
  revalidation->entry = cache_find(session->cache, key, clock_now(), &fresh);
  if (revalidation->entry == NULL) return false;
  if (fresh && give(session, revalidation->entry, transfer)) return true;
  if (fresh) transfer_close(transfer);
  if (make_headers(revalidation, order->more))
    order->more = revalidation->headers;
  else
    revalidate_end(revalidation);
  return false;
}

/* The answer of a finished exchange as the cache takes it. */
static struct cache_answer response_of(const struct revalidation *revalidation,
                                       const struct transfer *transfer) {
  return (struct cache_answer){
      .head = &transfer->head,
      .body = transfer->body.bytes,
      .body_length = transfer->body.length,
      .mark = revalidation->mark,
      .asked = clock_now() - transfer_facts(transfer).seconds,
  };
}

/* A page of a proxy's or a login's, in place of the API's answer, is not for keeping. */
static bool is_json(const struct transfer *transfer) {
  const char *type = transfer_header(transfer, "content-type");
  return type != NULL && strstr(type, "json") != NULL;
}

void revalidate_keep(struct revalidation *revalidation, struct session *session,
                     const struct transfer *transfer) {
  if (revalidation->key.length == 0 || session->cache == NULL || !is_json(transfer)) return;
  struct cache_answer answer = response_of(revalidation, transfer);
  cache_keep(session->cache, revalidation->key.bytes, &answer);
}

bool revalidate_confirm(struct revalidation *revalidation, struct session *session,
                        struct transfer *transfer) {
  struct cache_answer answer = response_of(revalidation, transfer);
  bool fine = cache_confirm(session->cache, revalidation->entry, &answer) &&
              give(session, revalidation->entry, transfer);
  revalidation->barred = !fine;
  return fine;
}

/* Whether a status says that nothing was done. */
static bool says_undone(long status) {
  return (status >= 400 && status < 500) || status == 503;
}

void revalidate_after(struct session *session, const char *method, long status) {
  if (session->cache == NULL || method_is_safe(method)) return;
  if (!says_undone(status)) cache_expire(session->cache);
}

void revalidate_end(struct revalidation *revalidation) {
  cache_release(revalidation->entry);
  curl_slist_free_all(revalidation->headers);
  buffer_free(&revalidation->key);
  *revalidation = (struct revalidation){.barred = revalidation->barred};
}
