/*
** revalidate.h: connects one request with its client's cache: a stored response in place of an
** exchange, conditional headers if the stored response is stale, and storing the new response.
**
** Each request has a revalidation. Zeroed memory does not use the cache. It has a reference to the
** stale entry until revalidate_end, so that a 304 always finds its body.
*/
#ifndef HARNEST_REVALIDATE_H
#define HARNEST_REVALIDATE_H

#include "http/cache.h"
#include "http/session.h"
#include "http/transfer.h"

struct revalidation {
  struct buffer key;         /* of the response in the cache; empty: the cache is not used */
  struct cache_entry *entry; /* a reference: the entry that is revalidated; NULL for none */
  struct cache_mark mark;
  struct curl_slist *headers; /* of the call, after the conditions; NULL for none; owned */
  bool skips_lookup;          /* a 304 did not match: responses are stored, but not used */
  bool has_asked_store;       /* the store has answered */
  double store_writes;        /* the store's count of writes at that time */
};

/*
** Whether the store must be asked for `key` before the order is sent, by session_answer_store. Not
** for a request that does not use the cache, or that has asked.
*/
bool revalidate_asks_store(struct revalidation *revalidation, const struct session *session,
                           const struct transfer_order *order);

/* Takes the store's answer: its record of the key (NULL for none), and its count of writes. */
void revalidate_take_answer(struct revalidation *revalidation, const struct session *session,
                            const struct cache_record *record, double writes);

/*
** Looks up the stored response before an order is sent. If it is fresh, makes it the response of
** `transfer`, which is closed, and returns true. Otherwise returns false, and adds conditions to
** the order if there is a stale one; the order refers to them until revalidate_end.
*/
bool revalidate_begin(struct revalidation *revalidation, struct session *session,
                      struct transfer_order *order, struct transfer *transfer);

/* Stores a response with status 200, if the request uses the cache and the response allows it. */
void revalidate_store(struct revalidation *revalidation, struct session *session,
                      const struct transfer *transfer);

/* Whether the request has conditions of the cache, so that a 304 confirms a stored response. */
static inline bool revalidate_expects_304(const struct revalidation *revalidation) {
  return revalidation->headers != NULL;
}

/*
** Handles a 304: makes the stored response the response of `transfer`. Returns false if the 304 is
** about another state of the resource, or on out of memory; the next revalidate_begin then uses no
** stored response.
*/
bool revalidate_use_stored(struct revalidation *revalidation, struct session *session,
                           struct transfer *transfer);

/*
** Makes the stored response that of `transfer`, since the request has failed, if the cache's policy
** allows that. Returns whether it did.
*/
bool revalidate_use_stale(struct revalidation *revalidation, struct session *session,
                          struct transfer *transfer);

/*
** Makes all stored responses stale if a request with this method may have changed something.
** `status` is that of its response, 0 if there is none.
*/
void revalidate_after(struct session *session, const char *method, long status);

/* Gives up the entry and frees what the revalidation owns. */
void revalidate_end(struct revalidation *revalidation);

#endif
