/*
** pages.h: the pages of one list, asked for one after the other and some ahead of their use. No Lua in it.
**
** pages_advance never waits: it takes in what has come and asks for what is wanted next. Pages come out in their order,
** however many are under way; a failure shows only behind the last page that came whole.
*/
#ifndef HARNEST_PAGES_H
#define HARNEST_PAGES_H

#include "http/request.h"
#include "jsonapi/document_store.h"
#include "jsonapi/exact.h"
#include "jsonapi/page_prefetch.h"
#include "jsonapi/pagination.h"

/* A page that has come. */
struct page {
  struct document_store *document; /* owned by the pages */
  char *url;                       /* owned by whoever holds the page */
};

enum pages_state {
  PAGES_OPEN,
  PAGES_ENDED, /* nothing more to ask */
  PAGES_FAILED /* `request` holds what went wrong */
};

struct pages {
  struct session *session;
  enum pages_state state;
  struct request *request; /* the page under way, or the failure: `own`, or that of `adopted` */
  struct request own;      /* of a page that was asked for in its turn */
  struct page_prefetch_page
      *adopted;   /* a page that was asked for ahead of its turn, which has come; owned */
  bool asked;     /* `request` is in use */
  char *next_url; /* the page to ask next; NULL when not known; owned */
  bool guessed;   /* the page under way, or next, may not be there */
  struct pagination paging;
  struct document_store *spare; /* to read the next page into; owned */
  struct page *ready;           /* pages that came and were not taken; owned */
  size_t ready_count, ready_capacity;
  size_t prefetch;    /* how many pages to have ready beyond the one in use */
  size_t concurrency; /* how many pages to ask for side by side where the last one is known */
  struct page_prefetch ahead; /* those of them whose turn has not come */
  int64_t wanted;             /* resources that are still to be asked for; -1 for all */
  int64_t skip;               /* resources to pass over in the first page */
  struct exact exact;         /* what resources must be like to count; owned */
  double deadline; /* clock_now() time for all of it; CLOCK_NEVER: each page has the session's */
  int64_t taken;   /* pages that came, to number them by */
};

/* Begins with the page at `url` (copied), or with the refusal to ask for it. False without memory. */
bool pages_begin(struct pages *pages, struct session *session, const char *url,
                 const char *refused);

/* Takes in what has come; asks for the next page if it is wanted. `need_page`: no page is in use. */
void pages_advance(struct pages *pages, bool need_page);

/* The next page, which stays where it is; NULL when none is ready. */
const struct page *pages_peek(const struct pages *pages);

/* Drops the next page and gives its URL to the caller. */
char *pages_drop(struct pages *pages);

/* Whether waiting could bring something that neither pages_peek nor the state show yet. */
bool pages_wait(const struct pages *pages);

/* Fails the request that is under way, if there is one, with kind cancelled. */
void pages_cancel(struct pages *pages, const char *reason);

/* Stops and frees all. */
void pages_close(struct pages *pages);

#endif
