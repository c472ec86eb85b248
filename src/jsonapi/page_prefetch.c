/*
** page_prefetch.c: pages of a list that are asked for before the page in front of them has told where they are.
*/
#include "jsonapi/page_prefetch.h"

#include <stdlib.h>
#include <string.h>

#include "jsonapi/url_set.h"

void page_prefetch_drop(struct page_prefetch_page *page) {
  if (page == NULL) return;
  request_close(&page->request);
  free(page->url);
  free(page);
}

void page_prefetch_keep(struct page_prefetch *ahead, size_t count) {
  while (ahead->count > count) page_prefetch_drop(ahead->pages[--ahead->count]);
}

void page_prefetch_close(struct page_prefetch *ahead) {
  page_prefetch_keep(ahead, 0);
  free(ahead->pages);
  *ahead = (struct page_prefetch){0};
}

/* Makes room for one more page. */
static bool reserve(struct page_prefetch *ahead) {
  if (ahead->count < ahead->capacity) return true;
  size_t capacity = ahead->capacity * 2 + 4;
  struct page_prefetch_page **longer = realloc(ahead->pages, capacity * sizeof *longer);
  if (longer == NULL) return false;
  ahead->pages = longer;
  ahead->capacity = capacity;
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

/* Whether the page in the place is the one at `url`. Where it is not, what was predicted from there on is wrong. */
static bool is_as_foretold(struct page_prefetch *ahead, size_t position, const char *url) {
  if (url_set_is_same(ahead->pages[position]->url, url)) return true;
  ahead->mispredicted = true;
  page_prefetch_keep(ahead, position);
  return false;
}

bool page_prefetch_ask(struct page_prefetch *ahead, size_t position, struct session *session,
                       const char *url, double deadline) {
  if (ahead->mispredicted) return false;
  if (position < ahead->count) return is_as_foretold(ahead, position, url);
  struct request_order order = {
      .method = "GET", .url = url, .deadline = deadline, .repeatable = true};
  struct page_prefetch_page *page = reserve(ahead) ? new_page(url) : NULL;
  if (page == NULL) return false;
  ahead->pages[ahead->count++] = page;
  request_start(&page->request, session, &order);
  return true;
}

struct page_prefetch_page *page_prefetch_take(struct page_prefetch *ahead, const char *url) {
  if (ahead->count == 0) return NULL;
  if (!is_as_foretold(ahead, 0, url)) return NULL;
  struct page_prefetch_page *first = ahead->pages[0];
  ahead->count--;
  memmove(ahead->pages, ahead->pages + 1, ahead->count * sizeof(struct page_prefetch_page *));
  return first;
}
