/*
** cache.c: a private HTTP cache in memory (RFC 9111).
*/
#include "http/cache.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "http/cache_control.h"
#include "http/response_headers.h"

#define CACHE_LARGEST_PART 4 /* an entry takes at most this part of the size */
#define CACHE_BYTES_PER_SLOT 1024
#define CACHE_MOST_SLOTS ((size_t)1 << 15)
#define CACHE_OVERHEAD 64                       /* bytes of malloc for an entry's blocks */
#define CACHE_HEADERS_MAXIMUM ((size_t)1 << 20) /* of an entry that a 304 updates */

struct cache {
  unsigned references;
  struct cache_policy policy;
  size_t used, count, slot_count;
  uint64_t writes;
  struct cache_entry *newest, *oldest;
  struct cache_entry *slots[];
};

/* Whether a response may be stored. Sets `fresh_until` and `stale_until` of the entry. */
static bool may_store(const struct cache *cache, const struct buffer *headers, double requested,
                      struct cache_entry *entry) {
  struct cache_lifetime lifetime;
  bool allowed = cache_control_may_store(headers, time(NULL), cache->policy.ttl, &lifetime);
  double stale = lifetime.must_revalidate ? 0 : cache->policy.stale_if_error;
  entry->fresh_until = requested + lifetime.seconds;
  entry->stale_until = entry->fresh_until + stale;
  return allowed;
}

/* ------------------------------------------------------------------- entries */

static uint64_t hash_text(const char *text) {
  uint64_t hash = HASH_START;
  for (; *text != '\0'; text++) hash = hash_byte(hash, (unsigned char)*text);
  return hash;
}

static struct cache_entry **slot_of(struct cache *cache, uint64_t hash) {
  return &cache->slots[hash & (cache->slot_count - 1)];
}

static size_t size_of(const struct cache_entry *entry) {
  return sizeof *entry + strlen(entry->key) + 1 + entry->headers.capacity + entry->body_length +
         CACHE_OVERHEAD;
}

static void link_newest(struct cache *cache, struct cache_entry *entry) {
  entry->newer = NULL;
  entry->older = cache->newest;
  *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
  cache->newest = entry;
}

static void unlink_entry(struct cache *cache, struct cache_entry *entry) {
  *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
  *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
  entry->newer = entry->older = NULL;
}

void cache_release(struct cache_entry *entry) {
  if (entry == NULL || --entry->references > 0) return;
  for (volatile char *at = entry->key; *at != '\0'; at++) *at = '\0'; /* it contains the token */
  buffer_free(&entry->headers);
  free(entry->body);
  free(entry);
}

/* Removes an entry from the cache; others may still have references. `entry` may be NULL. */
static void drop(struct cache *cache, struct cache_entry *entry) {
  if (entry == NULL || !entry->is_stored) return;
  struct cache_entry **at = slot_of(cache, entry->hash);
  while (*at != entry) at = &(*at)->next;
  *at = entry->next;
  unlink_entry(cache, entry);
  cache->used -= entry->size;
  cache->count--;
  entry->is_stored = false;
  cache_release(entry);
}

/* Drops the least recently used entries until the others take at most `size` bytes. */
static void shrink(struct cache *cache, size_t size) {
  for (struct cache_entry *entry = cache->oldest, *newer; entry != NULL && cache->used > size;
       entry = newer) {
    newer = entry->newer;
    drop(cache, entry);
  }
}

/*
** Updates the size of a stored entry, and drops other entries to keep the cache's size. Drops the
** entry itself if it is too large.
*/
static void update_size(struct cache *cache, struct cache_entry *entry) {
  cache->used -= entry->size;
  entry->size = size_of(entry);
  cache->used += entry->size;
  if (entry->size > cache->policy.size / CACHE_LARGEST_PART) drop(cache, entry);
  shrink(cache, cache->policy.size);
}

static void add(struct cache *cache, struct cache_entry *entry) {
  struct cache_entry **slot = slot_of(cache, entry->hash);
  entry->next = *slot;
  *slot = entry;
  entry->is_stored = true;
  cache->count++;
  link_newest(cache, entry);
  update_size(cache, entry);
}

/* Makes an entry that is not in the cache, with one reference. Returns NULL on out of memory. */
static struct cache_entry *new_entry(const char *key, const struct cache_response *response) {
  size_t key_size = strlen(key) + 1;
  struct cache_entry *entry = calloc(1, sizeof *entry + key_size);
  if (entry == NULL) return NULL;
  entry->references = 1;
  entry->hash = hash_text(key);
  entry->writes = response->mark.writes;
  entry->store_writes = response->mark.store_writes;
  entry->body = malloc(response->body_length + 1);
  buffer_init(&entry->headers, response->headers->maximum);
  if (entry->body == NULL ||
      !buffer_append(&entry->headers, response->headers->bytes, response->headers->length)) {
    cache_release(entry);
    return NULL;
  }
  memcpy(entry->key, key, key_size);
  if (response->body_length > 0) memcpy(entry->body, response->body, response->body_length);
  entry->body_length = response->body_length;
  return entry;
}

static struct cache_entry *look_up(struct cache *cache, const char *key) {
  uint64_t hash = hash_text(key);
  struct cache_entry *entry = *slot_of(cache, hash);
  while (entry != NULL && (entry->hash != hash || strcmp(entry->key, key) != 0))
    entry = entry->next;
  return entry;
}

/* ------------------------------------------------------------------- the cache */

struct cache *cache_new(const struct cache_policy *policy) {
  size_t slots = 1;
  while (slots < CACHE_MOST_SLOTS && slots < policy->size / CACHE_BYTES_PER_SLOT) slots *= 2;
  struct cache *cache = calloc(1, sizeof *cache + slots * sizeof *cache->slots);
  if (cache == NULL) return NULL;
  cache->references = 1;
  cache->policy = *policy;
  cache->slot_count = slots;
  return cache;
}

struct cache *cache_hold(struct cache *cache) {
  if (cache != NULL) cache->references++;
  return cache;
}

void cache_free(struct cache *cache) {
  if (cache == NULL || --cache->references > 0) return;
  shrink(cache, 0);
  free(cache);
}

void cache_expire(struct cache *cache) {
  cache->writes++;
}

struct cache_mark cache_mark(const struct cache *cache) {
  return (struct cache_mark){.writes = cache->writes};
}

struct cache_entry *cache_find(struct cache *cache, const char *key, double now, bool *fresh) {
  struct cache_entry *entry = look_up(cache, key);
  if (entry == NULL) return NULL;
  *fresh = now < entry->fresh_until && entry->writes == cache->writes;
  if (!*fresh && !cache_control_has_validator(&entry->headers) &&
      !cache_may_use_stale(cache, entry, now)) {
    drop(cache, entry);
    return NULL;
  }
  unlink_entry(cache, entry);
  link_newest(cache, entry);
  entry->references++;
  return entry;
}

bool cache_may_use_stale(const struct cache *cache, const struct cache_entry *entry, double now) {
  return now < entry->stale_until && entry->writes == cache->writes;
}

struct cache_entry *cache_store(struct cache *cache, const char *key,
                                const struct cache_response *response) {
  struct cache_entry times;
  drop(cache, look_up(cache, key));
  if (!may_store(cache, response->headers, response->requested, &times)) return NULL;
  if (response->body_length > cache->policy.size / CACHE_LARGEST_PART) return NULL;
  struct cache_entry *entry = new_entry(key, response);
  if (entry == NULL) return NULL;
  entry->fresh_until = times.fresh_until;
  entry->stale_until = times.stale_until;
  cache_hold_entry(entry);
  add(cache, entry); /* may drop it, if it is too large */
  bool is_stored = entry->is_stored;
  cache_release(entry);
  return is_stored ? entry : NULL;
}

bool cache_has_store(const struct cache *cache) {
  return cache != NULL && cache->policy.has_store;
}

void cache_restore(struct cache *cache, const char *key, const struct cache_record *record,
                   double writes) {
  drop(cache, look_up(cache, key));
  if (record == NULL) return;
  struct buffer headers;
  buffer_init(&headers, CACHE_HEADERS_MAXIMUM);
  buffer_append(&headers, record->headers, record->headers_length);
  struct cache_response response = {.headers = &headers,
                                    .body = record->body,
                                    .body_length = record->body_length,
                                    .mark = {cache->writes, record->writes}};
  if (record->writes != writes) response.mark.writes--; /* of before a write: stale */
  struct cache_entry *entry = headers.failed == BUFFER_FINE ? new_entry(key, &response) : NULL;
  buffer_free(&headers);
  if (entry == NULL) return;
  entry->fresh_until = record->fresh_until;
  entry->stale_until = record->stale_until;
  add(cache, entry);
}

struct cache_record cache_record_of(const struct cache_entry *entry) {
  return (struct cache_record){
      .fresh_until = entry->fresh_until,
      .stale_until = entry->stale_until,
      .writes = entry->store_writes,
      .headers = entry->headers.bytes,
      .headers_length = entry->headers.length,
      .body = entry->body,
      .body_length = entry->body_length,
  };
}

struct cache_entry *cache_hold_entry(struct cache_entry *entry) {
  entry->references++;
  return entry;
}

/* ------------------------------------------------------------------- a 304 */

/*
** Returns the ETag without the prefix of a weak one: a server may send a weak ETag or a strong one
** depending on the encoding of the body.
*/
static const char *opaque_tag(const char *etag) {
  return strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;
}

/*
** Whether a 304 is about the stored response (RFC 9111, 4.3.4): by its ETag, or by its
** Last-Modified if it has no ETag.
*/
static bool is_about(const struct buffer *fields, const struct buffer *stored) {
  const char *etag = response_headers_value(fields, "etag"),
             *own_etag = response_headers_value(stored, "etag");
  const char *date = response_headers_value(fields, "last-modified"),
             *own_date = response_headers_value(stored, "last-modified");
  if (own_etag != NULL) return etag == NULL || strcmp(opaque_tag(etag), opaque_tag(own_etag)) == 0;
  return date == NULL || own_date == NULL || strcmp(date, own_date) == 0;
}

static bool is_any_of(const char *const *names, const char *name, size_t length) {
  for (; *names != NULL; names++)
    if (strlen(*names) == length && memcmp(*names, name, length) == 0) return true;
  return false;
}

/*
** Whether a field of the 304 is ignored: it describes the 304's own body, or the stored ETag is at
** least as strong.
*/
static bool is_ignored(const struct buffer *stored, const char *name, size_t length) {
  static const char *const names[] = {"connection",    "content-encoding",  "content-length",
                                      "content-range", "content-type",      "keep-alive",
                                      "trailer",       "transfer-encoding", NULL};
  static const char *const etag[] = {"etag", NULL};
  return is_any_of(names, name, length) ||
         (is_any_of(etag, name, length) && cache_control_has(stored, "etag"));
}

static bool has_field(const struct buffer *headers, const char *name, size_t length) {
  const char *other, *value;
  size_t other_length, position = 0;
  while (response_headers_next(headers, &position, &other, &other_length, &value))
    if (other_length == length && memcmp(other, name, length) == 0) return true;
  return false;
}

/*
** Appends the stored fields that the 304 does not replace. Age and Date are left out, because they
** describe the exchange, not the stored response.
*/
static void append_stored_fields(struct buffer *merged, const struct buffer *stored,
                                 const struct buffer *fields) {
  static const char *const of_exchange[] = {"age", "date", NULL};
  const char *name, *value;
  size_t length, position = 0;
  while (response_headers_next(stored, &position, &name, &length, &value)) {
    bool replaced = has_field(fields, name, length) && !is_ignored(stored, name, length);
    if (!replaced && !is_any_of(of_exchange, name, length))
      buffer_append(merged, name, strlen(name) + 1);
  }
}

static void append_new_fields(struct buffer *merged, const struct buffer *stored,
                              const struct buffer *fields) {
  const char *name, *value;
  size_t length, position = 0;
  while (response_headers_next(fields, &position, &name, &length, &value))
    if (!is_ignored(stored, name, length)) buffer_append(merged, name, strlen(name) + 1);
}

bool cache_freshen(struct cache *cache, struct cache_entry *entry,
                   const struct cache_response *response) {
  struct buffer merged;
  if (!is_about(response->headers, &entry->headers)) {
    drop(cache, entry);
    return false;
  }
  buffer_init(&merged, entry->headers.maximum);
  append_stored_fields(&merged, &entry->headers, response->headers);
  append_new_fields(&merged, &entry->headers, response->headers);
  if (merged.failed != BUFFER_FINE) { /* the entry stays stale, but its body is right */
    buffer_free(&merged);
    return true;
  }
  buffer_free(&entry->headers);
  entry->headers = merged;
  if (!entry->is_stored) return true;
  entry->writes = response->mark.writes;
  entry->store_writes = response->mark.store_writes;
  if (may_store(cache, &entry->headers, response->requested, entry))
    update_size(cache, entry);
  else
    drop(cache, entry);
  return true;
}

size_t cache_used(const struct cache *cache) {
  return cache->used;
}

size_t cache_count(const struct cache *cache) {
  return cache->count;
}
