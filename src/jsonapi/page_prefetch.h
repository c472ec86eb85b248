/*
** page_prefetch.h: pages of a list that are asked for before the page in front of them has told where they are. No Lua in it.
**
** Where the last page is known and pages are numbered, the URL of a later one can be predicted. What is predicted is asked
** for; it becomes a page of the list only if, in its turn, the page in front names just that URL.
*/
#ifndef HARNEST_PAGE_PREFETCH_H
#define HARNEST_PAGE_PREFETCH_H

#include "http/request.h"

/* A page that was asked for. */
struct page_prefetch_page {
  struct request request;
  char *url; /* as it was predicted; owned */
};

/* Starts as {0}, ends with page_prefetch_close. */
struct page_prefetch {
  struct page_prefetch_page **pages; /* in their order; owned */
  size_t count, capacity;
  bool mispredicted; /* it was predicted wrongly once: nothing more is asked for */
};

/*
** Sees to it that the page at `url` is asked for in the place `position`, none of those before it being left out. False
** where that cannot be, or where another one was predicted for the place; all from there on are dropped then.
*/
bool page_prefetch_ask(struct page_prefetch *ahead, size_t position, struct session *session,
                       const char *url, double deadline);

/* Drops all pages but the first `count`. */
void page_prefetch_keep(struct page_prefetch *ahead, size_t count);

/*
** The first page, now the caller's, who ends it by page_prefetch_drop; NULL, all pages being dropped, where the first is not the
** one at `url`, or there is none.
*/
struct page_prefetch_page *page_prefetch_take(struct page_prefetch *ahead, const char *url);

/* Ends the request of a page, wherever it is, and frees it. NULL is allowed. */
void page_prefetch_drop(struct page_prefetch_page *page);

/* Drops all pages and frees the rest; it is {0} again. */
void page_prefetch_close(struct page_prefetch *ahead);

#endif
