/*
** cache.c: a private HTTP cache in memory (RFC 9111).
*/
#include "http/cache.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/hash.h"
#include "http/response_headers.h"

#define CACHE_LARGEST_PART 4 /* an entry takes at most this part of the size */
#define CACHE_BYTES_PER_SLOT 1024
#define CACHE_MOST_SLOTS ((size_t)1 << 15)
#define CACHE_OVERHEAD 64                    /* what malloc spends on an entry's blocks */
#define CACHE_LONGEST_AGE 2147483648.0       /* seconds; more is the same (RFC 9111, 1.2.2) */
#define CACHE_TEXT_MAXIMUM ((size_t)1 << 18) /* of a joined field */

struct cache {
  size_t size, used, count, slot_count;
  uint64_t clears, writes;
  struct cache_entry *newest, *oldest;
  struct cache_entry *slots[];
};

/* ------------------------------------------------------------------- the rules */

/* One member of a list such as Cache-Control's: `name`, `name=value`, `name="value"`. */
struct member {
  const char *name, *value; /* value NULL without = */
  size_t name_length, value_length;
};

static const char *skip_space(const char *at) {
  return at + strspn(at, " \t");
}

/* Reads a value at `at`; returns what is behind it. */
static const char *read_value(const char *at, struct member *member) {
  bool quoted = *at == '"';
  if (quoted) at++;
  member->value = at;
  if (quoted)
    while (*at != '\0' && *at != '"') at += *at == '\\' && at[1] != '\0' ? 2 : 1;
  else
    at += strcspn(at, ", \t");
  member->value_length = (size_t)(at - member->value);
  return quoted && *at == '"' ? at + 1 : at;
}

/* Walks the members of a list; false at the end. */
static bool next_member(const char **position, struct member *member) {
  const char *at = *position + strspn(*position, ", \t");
  *member = (struct member){.name = at};
  if (*at == '\0') return false;
  at += strcspn(at, "=, \t");
  member->name_length = (size_t)(at - member->name);
  at = skip_space(at);
  if (*at == '=') at = read_value(skip_space(at + 1), member);
  *position = at + strcspn(at, ",");
  return true;
}

static bool is_named(const struct member *member, const char *name) {
  return strlen(name) == member->name_length &&
         strncasecmp(member->name, name, member->name_length) == 0;
}

/* Digits as seconds; anything else is 0: stale (RFC 9111, 4.2.1). */
static double read_seconds(const char *digits, size_t length) {
  double seconds = 0;
  for (size_t i = 0; i < length; i++) {
    if (digits[i] < '0' || digits[i] > '9') return 0;
    if (seconds < CACHE_LONGEST_AGE) seconds = seconds * 10 + (digits[i] - '0');
  }
  return seconds < CACHE_LONGEST_AGE ? seconds : CACHE_LONGEST_AGE;
}

/* What Cache-Control says; of several ages the first. */
struct control {
  bool no_store, no_cache;
  double max_age; /* negative when it is not stated */
};

static struct control read_control(const struct buffer *head) {
  struct control control = {.max_age = -1};
  struct member member;
  struct buffer joined;
  buffer_init(&joined, CACHE_TEXT_MAXIMUM);
  const char *text = response_headers_join(head, "cache-control", &joined);
  if (joined.failed != BUFFER_FINE) control.no_store = true;
  for (const char *at = text; at != NULL && next_member(&at, &member);) {
    if (is_named(&member, "no-store")) control.no_store = true;
    if (is_named(&member, "no-cache")) control.no_cache = true;
    if (is_named(&member, "max-age") && control.max_age < 0)
      control.max_age = read_seconds(member.value, member.value_length);
  }
  buffer_free(&joined);
  return control;
}

/*
** Whether the answer depends on more than the request's fields: those are in keys, or the same for
** all of a client's.
*/
static bool varies_by_anything(const struct buffer *head) {
  bool varies = false;
  struct member member;
  struct buffer joined;
  buffer_init(&joined, CACHE_TEXT_MAXIMUM);
  const char *text = response_headers_join(head, "vary", &joined);
  if (joined.failed != BUFFER_FINE) varies = true;
  for (const char *at = text; at != NULL && next_member(&at, &member);)
    varies = varies || is_named(&member, "*");
  buffer_free(&joined);
  return varies;
}

/* The time that a field names; -1 when it names none or is not there. */
static time_t read_date(const struct buffer *head, const char *name) {
  const char *value = response_headers_value(head, name);
  return value != NULL ? curl_getdate(value, NULL) : -1;
}

/*
** For how many seconds after it was made the answer is fresh (RFC 9111, 4.2.1); 0 when nothing is
** stated.
*/
static double lifetime(const struct buffer *head, const struct control *control) {
  if (control->no_cache) return 0;
  if (control->max_age >= 0) return control->max_age;
  time_t expires = read_date(head, "expires"), date = read_date(head, "date");
  if (expires == -1) return 0;
  double seconds = difftime(expires, date != -1 ? date : time(NULL));
  return seconds < CACHE_LONGEST_AGE ? seconds : CACHE_LONGEST_AGE;
}

static bool has(const struct buffer *head, const char *name) {
  const char *value = response_headers_value(head, name);
  return value != NULL && *value != '\0';
}

static bool has_validator(const struct buffer *head) {
  return has(head, "etag") || has(head, "last-modified");
}

/* Whether an answer may be kept, and until when it is fresh. */
static bool judge(const struct buffer *head, double asked, double *fresh_until) {
  struct control control = read_control(head);
  const char *age = response_headers_value(head, "age");
  double left = lifetime(head, &control) - (age != NULL ? read_seconds(age, strlen(age)) : 0);
  *fresh_until = asked + left;
  return !control.no_store && !varies_by_anything(head) && (left > 0 || has_validator(head));
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
  return sizeof *entry + strlen(entry->key) + 1 + entry->head.capacity + entry->body_length +
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
  if (entry == NULL || --entry->holds > 0) return;
  buffer_free(&entry->head);
  free(entry->body);
  free(entry);
}

/* Takes an entry out of the cache; others may hold it still. NULL is allowed. */
static void drop(struct cache *cache, struct cache_entry *entry) {
  if (entry == NULL || !entry->kept) return;
  struct cache_entry **at = slot_of(cache, entry->hash);
  while (*at != entry) at = &(*at)->next;
  *at = entry->next;
  unlink_entry(cache, entry);
  cache->used -= entry->size;
  cache->count--;
  entry->kept = false;
  cache_release(entry);
}

/* Drops what was used least recently until what is left takes no more than `size`. */
static void shrink(struct cache *cache, size_t size) {
  for (struct cache_entry *entry = cache->oldest, *newer; entry != NULL && cache->used > size;
       entry = newer) {
    newer = entry->newer;
    drop(cache, entry);
  }
}

/*
** Counts the bytes of a kept entry anew, and makes room for them; the entry goes when it is too
** large.
*/
static void settle(struct cache *cache, struct cache_entry *entry) {
  cache->used -= entry->size;
  entry->size = size_of(entry);
  cache->used += entry->size;
  if (entry->size > cache->size / CACHE_LARGEST_PART) drop(cache, entry);
  shrink(cache, cache->size);
}

static void add(struct cache *cache, struct cache_entry *entry) {
  struct cache_entry **slot = slot_of(cache, entry->hash);
  entry->next = *slot;
  *slot = entry;
  entry->kept = true;
  cache->count++;
  link_newest(cache, entry);
  settle(cache, entry);
}

/* An entry that is not in the cache, held once; NULL without memory. */
static struct cache_entry *new_entry(const char *key, const struct cache_answer *answer) {
  size_t key_size = strlen(key) + 1;
  struct cache_entry *entry = calloc(1, sizeof *entry + key_size);
  if (entry == NULL) return NULL;
  entry->holds = 1;
  entry->hash = hash_text(key);
  entry->writes = answer->mark.writes;
  entry->body = malloc(answer->body_length + 1);
  buffer_init(&entry->head, answer->head->maximum);
  if (entry->body == NULL ||
      !buffer_append(&entry->head, answer->head->bytes, answer->head->length)) {
    cache_release(entry);
    return NULL;
  }
  memcpy(entry->key, key, key_size);
  if (answer->body_length > 0) memcpy(entry->body, answer->body, answer->body_length);
  entry->body_length = answer->body_length;
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

struct cache *cache_new(size_t size) {
  size_t slots = 1;
  while (slots < CACHE_MOST_SLOTS && slots < size / CACHE_BYTES_PER_SLOT) slots *= 2;
  struct cache *cache = calloc(1, sizeof *cache + slots * sizeof *cache->slots);
  if (cache == NULL) return NULL;
  cache->size = size;
  cache->slot_count = slots;
  return cache;
}

void cache_clear(struct cache *cache) {
  if (cache == NULL) return;
  shrink(cache, 0);
  cache->clears++;
}

void cache_free(struct cache *cache) {
  cache_clear(cache);
  free(cache);
}

void cache_expire(struct cache *cache) {
  cache->writes++;
}

struct cache_mark cache_mark(const struct cache *cache) {
  return (struct cache_mark){cache->clears, cache->writes};
}

struct cache_entry *cache_find(struct cache *cache, const char *key, double now, bool *fresh) {
  struct cache_entry *entry = look_up(cache, key);
  if (entry == NULL) return NULL;
  *fresh = now < entry->fresh_until && entry->writes == cache->writes;
  if (!*fresh && !has_validator(&entry->head)) {
    drop(cache, entry);
    return NULL;
  }
  unlink_entry(cache, entry);
  link_newest(cache, entry);
  entry->holds++;
  return entry;
}

void cache_keep(struct cache *cache, const char *key, const struct cache_answer *answer) {
  double fresh_until;
  if (answer->mark.clears != cache->clears) return;
  drop(cache, look_up(cache, key));
  if (!judge(answer->head, answer->asked, &fresh_until)) return;
  if (answer->body_length > cache->size / CACHE_LARGEST_PART) return;
  struct cache_entry *entry = new_entry(key, answer);
  if (entry == NULL) return;
  entry->fresh_until = fresh_until;
  add(cache, entry);
}

/* ------------------------------------------------------------------- a 304 */

/*
** An ETag without the mark of a weak one: which of the two it is may change with the encoding of
** the body.
*/
static const char *opaque_tag(const char *etag) {
  return strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;
}

/*
** Whether a 304 speaks of what is kept (RFC 9111, 4.3.4): by its ETag, or by its Last-Modified
** where there is none.
*/
static bool is_about(const struct buffer *fields, const struct buffer *kept) {
  const char *etag = response_headers_value(fields, "etag"),
             *own_etag = response_headers_value(kept, "etag");
  const char *date = response_headers_value(fields, "last-modified"),
             *own_date = response_headers_value(kept, "last-modified");
  if (own_etag != NULL) return etag == NULL || strcmp(opaque_tag(etag), opaque_tag(own_etag)) == 0;
  return date == NULL || own_date == NULL || strcmp(date, own_date) == 0;
}

static bool is_any_of(const char *const *names, const char *name, size_t length) {
  for (; *names != NULL; names++)
    if (strlen(*names) == length && memcmp(*names, name, length) == 0) return true;
  return false;
}

/* Fields of a 304 that say nothing of the kept body, or less than what is kept. */
static bool is_left_out(const struct buffer *kept, const char *name, size_t length) {
  static const char *const names[] = {"connection",    "content-encoding",  "content-length",
                                      "content-range", "content-type",      "keep-alive",
                                      "trailer",       "transfer-encoding", NULL};
  static const char *const etag[] = {"etag", NULL};
  return is_any_of(names, name, length) || (is_any_of(etag, name, length) && has(kept, "etag"));
}

static bool has_field(const struct buffer *head, const char *name, size_t length) {
  const char *other, *value;
  size_t other_length, position = 0;
  while (response_headers_next(head, &position, &other, &other_length, &value))
    if (other_length == length && memcmp(other, name, length) == 0) return true;
  return false;
}

/*
** Appends the kept fields that the 304 does not replace. Age and Date are of an exchange, not of
** what is kept.
*/
static void take_kept_fields(struct buffer *merged, const struct buffer *kept,
                             const struct buffer *fields) {
  static const char *const passing[] = {"age", "date", NULL};
  const char *name, *value;
  size_t length, position = 0;
  while (response_headers_next(kept, &position, &name, &length, &value)) {
    bool replaced = has_field(fields, name, length) && !is_left_out(kept, name, length);
    if (!replaced && !is_any_of(passing, name, length))
      buffer_append(merged, name, strlen(name) + 1);
  }
}

static void take_new_fields(struct buffer *merged, const struct buffer *kept,
                            const struct buffer *fields) {
  const char *name, *value;
  size_t length, position = 0;
  while (response_headers_next(fields, &position, &name, &length, &value))
    if (!is_left_out(kept, name, length)) buffer_append(merged, name, strlen(name) + 1);
}

bool cache_confirm(struct cache *cache, struct cache_entry *entry,
                   const struct cache_answer *answer) {
  struct buffer merged;
  if (!is_about(answer->head, &entry->head)) {
    drop(cache, entry);
    return false;
  }
  buffer_init(&merged, entry->head.maximum);
  take_kept_fields(&merged, &entry->head, answer->head);
  take_new_fields(&merged, &entry->head, answer->head);
  if (merged.failed != BUFFER_FINE) { /* stale for good, but right */
    buffer_free(&merged);
    return true;
  }
  buffer_free(&entry->head);
  entry->head = merged;
  if (!entry->kept) return true;
  entry->writes = answer->mark.writes;
  if (judge(&entry->head, answer->asked, &entry->fresh_until))
    settle(cache, entry);
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
