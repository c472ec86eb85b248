/*
** page_prefetch.c: requests pages of a list concurrently, before the page in front of them has
** arrived.
*/
#include "jsonapi/page_prefetch.h"

#include <stdlib.h>
#include <string.h>

#include "jsonapi/page_order.h"
#include "jsonapi/url_set.h"

void page_prefetch_drop(struct page_prefetch_page *page) {
  if (page == NULL) return;
  request_close(&page->request);
  free(page->url);
  free(page);
}

void page_prefetch_keep(struct page_prefetch *prefetch, size_t count) {
  while (prefetch->count > count) page_prefetch_drop(prefetch->pages[--prefetch->count]);
}

void page_prefetch_close(struct page_prefetch *prefetch) {
  page_prefetch_keep(prefetch, 0);
  free(prefetch->pages);
  *prefetch = (struct page_prefetch){0};
}

/* Ensures capacity for one more page. */
static bool reserve(struct page_prefetch *prefetch) {
  if (prefetch->count < prefetch->capacity) return true;
  size_t capacity = prefetch->capacity * 2 + 4;
  struct page_prefetch_page **longer = realloc(prefetch->pages, capacity * sizeof *longer);
  if (longer == NULL) return false;
  prefetch->pages = longer;
  prefetch->capacity = capacity;
  return true;
}

static struct page_prefetch_page *new_page(const char *url) {
  struct page_prefetch_page *page = calloc(1, sizeof *page);
  if (page == NULL) return NULL;
  page->url = strdup(url);
  if (page->url != NULL) return page;
  free(page);
  return NULL;
}

/*
** Whether the page with index `position` is the one at `url`. If not, every later prediction is
** wrong too.
*/
static bool is_predicted(struct page_prefetch *prefetch, size_t position, const char *url) {
  if (url_set_is_same(prefetch->pages[position]->url, url)) return true;
  prefetch->mispredicted = true;
  page_prefetch_keep(prefetch, position);
  return false;
}

bool page_prefetch_request(struct page_prefetch *prefetch, size_t position, struct session *session,
                           const char *url, double deadline) {
  if (prefetch->mispredicted) return false;
  if (position < prefetch->count) return is_predicted(prefetch, position, url);
  struct request_order order = page_order(url, deadline);
  struct page_prefetch_page *page = reserve(prefetch) ? new_page(url) : NULL;
  if (page == NULL) return false;
  prefetch->pages[prefetch->count++] = page;
  request_start(&page->request, session, &order);
  return true;
}

struct page_prefetch_page *page_prefetch_take(struct page_prefetch *prefetch, const char *url) {
  if (prefetch->count == 0) return NULL;
  if (!is_predicted(prefetch, 0, url)) return NULL;
  struct page_prefetch_page *first = prefetch->pages[0];
  prefetch->count--;
  memmove(prefetch->pages, prefetch->pages + 1,
          prefetch->count * sizeof(struct page_prefetch_page *));
  return first;
}
