/*
** ahead.c: pages of a list that are asked for before the page in front of them has told where they are.
*/
#include "ahead.h"

#include <stdlib.h>
#include <string.h>

#include "seen.h"

void ahead_drop(struct ahead_page *page) {
  if (page == NULL) return;
  request_close(&page->request);
  free(page->url);
  free(page);
}

void ahead_keep(struct ahead *ahead, size_t count) {
  while (ahead->count > count) ahead_drop(ahead->pages[--ahead->count]);
}

void ahead_close(struct ahead *ahead) {
  ahead_keep(ahead, 0);
  free(ahead->pages);
  *ahead = (struct ahead){0};
}

/* Makes room for one more page. */
static bool reserve(struct ahead *ahead) {
  if (ahead->count < ahead->capacity) return true;
  size_t capacity = ahead->capacity * 2 + 4;
  struct ahead_page **longer = realloc(ahead->pages, capacity * sizeof *longer);
  if (longer == NULL) return false;
  ahead->pages = longer;
  ahead->capacity = capacity;
  return true;
}

static struct ahead_page *new_page(const char *url) {
  struct ahead_page *page = calloc(1, sizeof *page);
  if (page == NULL) return NULL;
  page->url = strdup(url);
  if (page->url != NULL) return page;
  free(page);
  return NULL;
}

/* Whether the page in the place is the one at `url`. Where it is not, what was foretold from there on is wrong. */
static bool is_as_foretold(struct ahead *ahead, size_t position, const char *url) {
  if (seen_is_same(ahead->pages[position]->url, url)) return true;
  ahead->mistaken = true;
  ahead_keep(ahead, position);
  return false;
}

bool ahead_ask(struct ahead *ahead, size_t position, struct session *session, const char *url, double deadline) {
  if (ahead->mistaken) return false;
  if (position < ahead->count) return is_as_foretold(ahead, position, url);
  struct request_order order = {.method = "GET", .url = url, .deadline = deadline, .repeatable = true};
  struct ahead_page *page = reserve(ahead) ? new_page(url) : NULL;
  if (page == NULL) return false;
  ahead->pages[ahead->count++] = page;
  request_start(&page->request, session, &order);
  return true;
}

struct ahead_page *ahead_take(struct ahead *ahead, const char *url) {
  if (ahead->count == 0) return NULL;
  if (!is_as_foretold(ahead, 0, url)) return NULL;
  struct ahead_page *first = ahead->pages[0];
  ahead->count--;
  memmove(ahead->pages, ahead->pages + 1, ahead->count * sizeof(struct ahead_page *));
  return first;
}
