/*
** cache.h: answers of GETs kept in memory by the rules of a private HTTP cache (RFC 9111). Knows
** nothing of Lua or JSON:API, and sends nothing.
**
** The cache owns its entries; whoever got one from cache_find holds it too, until cache_release,
** and may read it though the cache has dropped it or is gone. What all entries take (body, head,
** key and what is spent on them) never exceeds the cache's size: those used least recently go
** first, and an answer of more than a quarter of the size is not kept. The index beside them takes
** less than a hundredth of the size.
**
** Kept are answers that state how long they are fresh, or that have an ETag or Last-Modified to ask
** again by. Nothing is taken for fresh that does not say so.
*/
#ifndef HARNEST_CACHE_H
#define HARNEST_CACHE_H

#include <stdint.h>

#include "base/buffer.h"

struct cache;

/* One kept answer, to be read only. */
struct cache_entry {
  struct buffer head; /* as head.h reads it */
  char *body;
  size_t body_length;

  /* the cache's own */
  struct cache_entry *newer, *older, *next; /* by use; in the same slot of the index */
  bool kept;                                /* the cache has it */
  unsigned holds;
  size_t size;
  uint64_t hash, writes;
  double fresh_until; /* clock_now() time */
  char key[];
};

/*
** What had happened to the cache when a request was sent: what came of it later may be too old to
** be kept, or fresh.
*/
struct cache_mark {
  uint64_t clears, writes;
};

/* An answer with what the rules need to know of its exchange. */
struct cache_answer {
  const struct buffer *head;
  const char *body; /* of a 304: none */
  size_t body_length;
  struct cache_mark mark; /* cache_mark() when it was asked for */
  double asked;           /* clock_now() time when it was asked for; its age counts from there */
};

/* Makes a cache of that many bytes; NULL without memory. */
struct cache *cache_new(size_t size);

/* Frees the cache and all that is in it. NULL is allowed. */
void cache_free(struct cache *cache);

/*
** Drops all entries, and what requests under way will bring: they may be another user's. NULL is
** allowed.
*/
void cache_clear(struct cache *cache);

/* Makes all entries stale, and what requests under way will bring: something may have changed. */
void cache_expire(struct cache *cache);

/* To be taken when a request is sent. */
struct cache_mark cache_mark(const struct cache *cache);

/*
** The entry of a key at a clock_now() time, held, and whether it may be used unasked; NULL when
** there is none. One that is not fresh has a validator in its head: etag, last-modified or both.
*/
struct cache_entry *cache_find(struct cache *cache, const char *key, double now, bool *fresh);

/* Gives up a hold. NULL is allowed. */
void cache_release(struct cache_entry *entry);

/*
** Takes in a 200: it replaces what there is of that key, or only drops it when it may not be kept.
** It is copied.
*/
void cache_keep(struct cache *cache, const char *key, const struct cache_answer *answer);

/*
** Takes in the 304 that came for a held entry: the entry has the 304's fields then, and is as fresh
** as they say. False when the 304 is about another state of the resource: the entry is dropped, and
** its body is no answer.
*/
bool cache_confirm(struct cache *cache, struct cache_entry *entry,
                   const struct cache_answer *answer);

/* How many bytes the entries take, and how many they are. */
size_t cache_used(const struct cache *cache);
size_t cache_count(const struct cache *cache);

#endif
