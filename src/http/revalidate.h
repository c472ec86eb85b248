/*
** revalidate.h: what one request has to do with its client's cache: an answer from memory before it
** is sent, conditions when what is kept has to be asked about, and what becomes of the answer.
**
** A revalidation belongs to its request; zeroed memory has nothing to do with the cache. It holds
** the entry that is asked about until revalidate_end, so that a 304 always finds its body.
*/
#ifndef HARNEST_REVALIDATE_H
#define HARNEST_REVALIDATE_H

#include "http/cache.h"
#include "http/session.h"
#include "http/transfer.h"

struct revalidation {
  struct buffer key; /* the URL and what else chooses the answer; empty: the cache is left out */
  struct cache_entry *entry; /* held: what a 304 would be about */
  struct cache_mark mark;
  struct curl_slist *headers; /* the call's own with the conditions */
  bool barred;                /* a 304 was about something else: only keep, from now on */
};

/*
** Looks for what is kept before an order is sent. True when that is the answer: `transfer`, which
** is closed, has it then. Else the order may have got conditions, which live until revalidate_end.
*/
bool revalidate_begin(struct revalidation *revalidation, struct session *session,
                      struct transfer_order *order, struct transfer *transfer);

/* Takes in a 200 to what revalidate_begin let pass, and keeps it where it may. */
void revalidate_keep(struct revalidation *revalidation, struct session *session,
                     const struct transfer *transfer);

/* Whether a 304 is an answer to what was sent. */
static inline bool revalidate_awaits(const struct revalidation *revalidation) {
  return revalidation->entry != NULL;
}

/*
** Takes in a 304: `transfer` has the kept answer then. False when the 304 is about something else
** or memory lacks; the next revalidate_begin then takes nothing from the cache.
*/
bool revalidate_confirm(struct revalidation *revalidation, struct session *session,
                        struct transfer *transfer);

/*
** Tells that a request was answered with a status, or may have been (0): a write makes all that is
** kept stale.
*/
void revalidate_after(struct session *session, const char *method, long status);

/* Lets go of the entry and frees what it holds. */
void revalidate_end(struct revalidation *revalidation);

#endif
