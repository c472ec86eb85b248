/*
** pages.h: the pages of one list, requested in sequence, and some before they are needed.
**
** pages_advance never waits: it takes responses and sends the next requests. Pages are returned in
** order, even if several requests run at once. A failure shows only after the last complete page.
*/
#ifndef HARNEST_PAGES_H
#define HARNEST_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/request.h"
#include "jsonapi/columns.h"
#include "jsonapi/document_store.h"
#include "jsonapi/exact.h"
#include "jsonapi/page_history.h"
#include "jsonapi/page_prefetch.h"
#include "jsonapi/pagination.h"

/* A received page. */
struct page {
  struct document_store *document; /* owned by struct pages */
  char *url;                       /* owned by struct pages */
};

enum pages_state {
  PAGES_OPEN,
  PAGES_ENDED, /* there are no more pages to request */
  PAGES_FAILED /* `request` has the failure */
};

struct pages {
  struct session *session;
  enum pages_state state;
  struct request *request; /* the current request, or the failed one: `own`, or that of `adopted` */
  struct request own;      /* the request of a page that was not predicted */
  struct page_prefetch_page *adopted; /* a prefetched page that is now the current one; owned */
  bool has_request;                   /* `request` is in use */
  char *next_url;                     /* the page to request next; NULL if unknown; owned */
  bool guessed;                       /* the current or next page may not exist */
  struct pagination paging;
  struct page_history history;
  size_t empty_pages;           /* number of empty pages in a row up to the last one */
  struct document_store *spare; /* a document to reuse for the next page; owned */
  struct page *ready;           /* received pages, not dropped yet; owned */
  size_t ready_count, ready_capacity;
  size_t ahead;       /* number of pages to keep ready beyond the one in use */
  size_t concurrency; /* maximum number of concurrent requests if the last page is known */
  struct page_prefetch prefetched; /* the concurrently requested pages after the current one */
  int64_t wanted;                  /* resources that are still wanted; -1 for all */
  int64_t skip;                    /* resources to skip in the first page */
  struct exact exact;              /* criteria for resources to be shown; owned */
  struct columns *columns;         /* which pages must have; NULL for none; not owned */
  bool asks_again; /* the next page is requested once more, with what `columns` need */
  /* clock_now() time for the whole list; CLOCK_NEVER: each page has the session's deadline */
  double deadline;
  double page_deadline; /* clock_now() time for the next page with resources */
  int64_t received;     /* number of pages received */
  int64_t page_size;    /* resources of a full page, as of the last page received; -1 if unknown */
};

/*
** Starts with the page at `url`, which `pages` owns from now on: it is valid until the next call of
** another function. If `refused` is not NULL, the list fails with that reason instead. `pages` must
** be zeroed, but for its options.
*/
void pages_begin(struct pages *pages, struct session *session, char *url, const char *refused);

/*
** Takes the responses that have arrived and requests the next page if it is wanted. `need_page`:
** the caller has no page in use.
*/
void pages_advance(struct pages *pages, bool need_page);

/*
** Returns the next page without removing it; NULL if none is ready. Valid until the next call of
** another function.
*/
const struct page *pages_peek(const struct pages *pages);

/* Removes the next page, which must be ready. */
void pages_drop(struct pages *pages);

/* Whether the list waits for a response: pages_advance has nothing to do until one arrives. */
bool pages_is_waiting(const struct pages *pages);

/*
** Drops all pages and fails the list with kind refused, because of the page at `url`. `reason` is
** copied.
*/
void pages_refuse(struct pages *pages, const char *url, const char *reason);

/*
** Fails the current request with kind cancelled, or the list before its next request. A list that
** has ended stays so.
*/
void pages_cancel(struct pages *pages, const char *reason);

/* Cancels all requests and frees everything; state is PAGES_ENDED. */
void pages_close(struct pages *pages);

#endif
