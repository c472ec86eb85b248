/*
** page_prefetch.h: requests pages of a list concurrently, before the page in front of them has
** arrived.
**
** If the last page is known and pages are numbered, the URL of a later page can be predicted.
** Predicted pages are speculative: one is used only if the page before it links to exactly that
** URL.
*/
#ifndef HARNEST_PAGE_PREFETCH_H
#define HARNEST_PAGE_PREFETCH_H

#include "http/request.h"

/* A requested page. */
struct page_prefetch_page {
  struct request request;
  char *url; /* the predicted URL; owned */
};

/* Zeroed memory is empty. Caller frees it by page_prefetch_close. */
struct page_prefetch {
  struct page_prefetch_page **pages; /* in the order of the list; owned */
  size_t count, capacity;
  bool mispredicted; /* a prediction was wrong: no further pages are requested */
};

/*
** Requests the page at `url` as the page with index `position`, unless that was done before.
** `position` must be at most `count`. Returns false if the page cannot be requested, or if another
** URL was predicted for that index; in that case drops all pages from there on. `deadline` is a
** clock_now() time.
*/
bool page_prefetch_request(struct page_prefetch *prefetch, size_t position, struct session *session,
                           const char *url, double deadline);

/* Drops all pages except the first `count`. */
void page_prefetch_keep(struct page_prefetch *prefetch, size_t count);

/*
** Returns the first page and removes it; caller frees it by page_prefetch_drop. If its URL is not
** `url`, drops all pages and returns NULL. Returns NULL if there is none.
*/
struct page_prefetch_page *page_prefetch_take(struct page_prefetch *prefetch, const char *url);

/* Cancels a page's request in any state and frees the page. `page` may be NULL. */
void page_prefetch_drop(struct page_prefetch_page *page);

/* Drops all pages and frees the array; the struct is zeroed again. */
void page_prefetch_close(struct page_prefetch *prefetch);

#endif
