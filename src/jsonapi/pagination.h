/*
** pagination.h: where the next page of a list is, for every shape of links and figures that servers use.
**
** A pure matter of what is known: the URL that gave a page, its document, some headers, and what a listing remembers of
** the pages before. Trusted in this order:
**   1. `links.next`, or Laravel's `next_page_url`: a URL, or that there is none
**   2. a Link header; once a page had either link, a page without one is the last
**   3. a token for the next page (`next_cursor`; `hasMore` with `to`)
**   4. the number of this page against the last one; how many resources came against the total
**   5. nothing is stated: the next page is guessed, as long as pages are full
** A page that is short or empty ends a list by rule 5 only.
*/
#ifndef HARNEST_PAGINATION_H
#define HARNEST_PAGINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/json_value.h"
#include "jsonapi/url_set.h"

/* What is known of one page. Nothing is kept of it. */
struct pagination_answer {
  const char *url;        /* the URL that gave it, after redirects */
  struct json_value root; /* the document */
  const char *link;       /* the headers Link, X-Total and X-Total-Pages, each NULL when absent */
  const char *total;
  const char *total_pages;
};

/* What a listing remembers between pages; starts as {0}, ends with pagination_free. The members are paging.c's own. */
struct pagination {
  struct url_set seen;     /* URLs that were asked for */
  struct url_set contents; /* pages that came, by what they begin and end with */
  size_t pages;            /* how many pagination_next has been told of */
  int64_t passed;          /* resources before the next page */
  int64_t largest;         /* resources of the largest page */
  int64_t number;          /* the number stated by the page before, -1 for none */
  bool from_zero;          /* pages are numbered from 0 */
  bool linked;             /* a page had a link to the next one */
  uint64_t first_item;     /* hash of what the page before began with, 0 for nothing */
};

enum pagination_step {
  PAGINATION_END,     /* there is no next page */
  PAGINATION_STATED,  /* the server says that there is one */
  PAGINATION_GUESSED, /* there may be one: let pagination_repeats judge it when it is here */
  PAGINATION_LOOP, /* the server says that there is one, and names a page that was there before */
  PAGINATION_BROKEN /* the server says that there is one, but no URL can be made of what it says, or memory is short */
};

/* What is known of a page's place; -1 for what is not. */
struct pagination_facts {
  int64_t number; /* as the server counts, mostly from 1 */
  int64_t last;   /* the number of the last page */
  int64_t total;  /* resources in all pages, as stated */
  int64_t size;   /* resources that a full page has, as granted rather than asked */
};

/* Frees what a listing remembers; it is {0} again. */
void pagination_free(struct pagination *paging);

/*
** Says where the page behind this one is. To be called once for each page of a list, in order. `next_url` becomes
** what the caller is to free(): the URL with PAGINATION_STATED and PAGINATION_GUESSED, the repeated URL with PAGINATION_LOOP, what
** the server wrote (or NULL) with PAGINATION_BROKEN, NULL with PAGINATION_END. It is absolute, but its origin is the server's
** choice and not judged here.
*/
enum pagination_step pagination_next(struct pagination *paging,
                                     const struct pagination_answer *answer, char **next_url);

/*
** Whether the page begins with the resource that the page before began with. To be asked of a guessed page, before
** pagination_next is told of it: the server ignores the page's number, and the page is to be dropped and the list over.
*/
bool pagination_repeats(const struct pagination *paging, const struct pagination_answer *answer);

/*
** Whether the page has what an earlier one had, which its URL did not tell: the links loop, and the page is to be
** dropped. To be asked once for each page, before pagination_next is told of it.
*/
bool pagination_returns(struct pagination *paging, const struct pagination_answer *answer);

/* What is known of the page's place. To be asked before pagination_next is told of the page. */
struct pagination_facts pagination_facts(const struct pagination *paging,
                                         const struct pagination_answer *answer);

/*
** The URL of the page that is `ahead` pages (1 or more) behind the one at `url`, where `next_url` is what pagination_next
** made of it; the caller frees it. NULL when these two do not differ by a page's number or offset, or without memory.
*/
char *pagination_ahead(const char *url, const char *next_url, int64_t ahead);

#endif
