/*
** cache.h: responses to GETs, stored in memory by the rules of a private HTTP cache (RFC 9111).
** Depends on neither Lua nor JSON:API, and sends nothing.
**
** The cache owns its entries by a reference count. cache_find adds a reference, which the caller
** gives up by cache_release; until then the entry stays valid, even if the cache dropped it or was
** freed. All entries together (body, headers, key and overhead) never exceed the cache's size. The
** least recently used ones are dropped first, and a response of more than a quarter of the size is
** not stored. The index takes less than a hundredth of the size in addition.
**
** A response is stored if it states how long it is fresh, or if it has an ETag or Last-Modified for
** revalidation. A response without a stated lifetime is always revalidated.
*/
#ifndef HARNEST_CACHE_H
#define HARNEST_CACHE_H

#include <stdint.h>

#include "base/buffer.h"
#include "http/cache_record.h"

struct cache;

/* One stored response; read-only for callers. */
struct cache_entry {
  struct buffer headers; /* as in response_headers.h */
  char *body;
  size_t body_length;

  /* the cache's own */
  struct cache_entry *newer, *older; /* by the time of their last use */
  struct cache_entry *next;          /* in the same slot of the index */
  bool is_stored;                    /* in the cache, not dropped */
  unsigned references;
  size_t size; /* bytes */
  uint64_t hash, writes;
  double store_writes; /* as in struct cache_mark */
  double fresh_until;  /* clock_now() time */
  double stale_until;  /* clock_now() time until which it may be used if the server fails */
  char key[];
};

/* The cache's counts of changes when a request was sent. */
struct cache_mark {
  uint64_t writes;
  double store_writes; /* the count of the store, if the cache has one */
};

/* A response, with what the rules need of its exchange. */
struct cache_response {
  const struct buffer *headers;
  const char *body; /* may be NULL if body_length is 0 */
  size_t body_length;
  struct cache_mark mark; /* cache_mark() when the request was sent */
  double requested;       /* clock_now() time when the request was sent; the age counts from it */
};

struct cache_policy {
  size_t size;           /* bytes */
  double ttl;            /* seconds for which a response is fresh that does not state it */
  double stale_if_error; /* seconds after that in which it is used if the server fails */
  bool has_store;        /* it only holds what a store outside of the process has */
};

/* Makes a cache with one reference. Returns NULL on out of memory. */
struct cache *cache_new(const struct cache_policy *policy);

/* Adds a reference, until cache_free. `cache` may be NULL. */
struct cache *cache_hold(struct cache *cache);

/*
** Gives up a reference. The last one drops the entries, and wipes their keys. `cache` may be NULL.
*/
void cache_free(struct cache *cache);

/*
** Makes all entries stale, and the responses to requests that were sent before, too. For writes,
** which may have changed any resource.
*/
void cache_expire(struct cache *cache);

/* Returns the mark for a request that is sent now, without the store's count. */
struct cache_mark cache_mark(const struct cache *cache);

bool cache_has_store(const struct cache *cache);

/*
** Replaces the entry of a key by the store's record of it; by none if `record` is NULL. `writes` is
** the store's count now: a record with another one is stale.
*/
void cache_restore(struct cache *cache, const char *key, const struct cache_record *record,
                   double writes);

/* Returns the record of an entry, which points to it. */
struct cache_record cache_record_of(const struct cache_entry *entry);

/* Adds a reference to an entry, until cache_release. */
struct cache_entry *cache_hold_entry(struct cache_entry *entry);

/*
** Finds the entry of a key. Sets `fresh` to whether it may be used without revalidation at the
** clock_now() time `now`; an entry that is not fresh has an ETag or Last-Modified, or may be used
** if the server fails. Returns NULL if there is none, else the entry with a reference, to be given
** up by cache_release.
*/
struct cache_entry *cache_find(struct cache *cache, const char *key, double now, bool *fresh);

/*
** Whether a stale entry may be used at the clock_now() time `now`, since the server fails (RFC
** 5861).
*/
bool cache_may_use_stale(const struct cache *cache, const struct cache_entry *entry, double now);

/* Gives up a reference. `entry` may be NULL. */
void cache_release(struct cache_entry *entry);

/*
** Stores a copy of a response with status 200 in place of the entry of that key, and returns it. If
** it may not be stored, only drops that entry. On out of memory it is not stored. Returns NULL if
** it is not stored, else the entry without a reference.
*/
struct cache_entry *cache_store(struct cache *cache, const char *key,
                                const struct cache_response *response);

/*
** Updates an entry by the 304 that its revalidation got (RFC 9111, 4.3.4): the entry takes the
** 304's fields and freshness. Returns false if the 304 is about another state of the resource; then
** the entry is dropped, and must not be used as the response.
*/
bool cache_freshen(struct cache *cache, struct cache_entry *entry,
                   const struct cache_response *response);

/* Returns the bytes of all entries, and their number. */
size_t cache_used(const struct cache *cache);
size_t cache_count(const struct cache *cache);

#endif
