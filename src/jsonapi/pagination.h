/*
** pagination.h: finds the next page of a list, for all shapes of links and metadata that servers
** use.
**
** The result depends only on the page's URL, its document, some headers, and what is recorded of
** the pages before. Sources in order of precedence:
**   1. `links.next`, or a URL in the metadata, unless `has_more` is false: a URL, or none
**   2. a Link header; once a page had either link, a page without one is the last
**   3. a token for the next page (`next_cursor`; `hasMore` with the end of this page)
**   4. this page's number against the last one's; the resources so far against the total
**   5. nothing stated: the next page is guessed, as long as pages are full
** A short or empty page ends a list by rule 5 only. Such an end is an error if the server stated
** more. A next page that was requested before is the end if this page is empty or the last one that
** the server states; otherwise the links loop.
*/
#ifndef HARNEST_PAGINATION_H
#define HARNEST_PAGINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash_set.h"
#include "json/json_value.h"
#include "http/url_query.h"
#include "jsonapi/pagination_meta.h"

/* The response with one page. Not kept. */
struct pagination_response {
  const char *url;        /* its URL, after redirects */
  struct json_value root; /* the document */
  const char *link;       /* the header Link; NULL if absent */
  struct pagination_headers headers;
  bool is_repeated; /* its resources came with an earlier page, so they do not count */
};

struct page_style;

/* What a response says of its page. Private to pagination.c; valid as long as the response. */
struct pagination_page {
  const struct pagination_response *response;
  struct url_query query;
  struct json_value data;
  int64_t count; /* number of resources in the page */
  bool is_list;
  struct pagination_meta meta;
  const struct page_style *page_style;
  int64_t position;       /* number or offset in the page's URL; -1 if none */
  int64_t requested_size; /* page size in the page's URL; -1 if none */
  bool by_cursor;         /* the URL has a cursor parameter */
};

/*
** What is recorded between pages. Zeroed memory is empty; caller frees it by pagination_free. The
** members but `resumed` and `rule` are private to pagination.c.
*/
struct pagination {
  bool resumed; /* set by the caller: the list does not start at its first page */
  /*
  ** the rule that decided what follows the last page: "link", "header", "cursor", "end" (the server
  ** states that there is no more), "number", "total" or "guess"; NULL if none did
  */
  const char *rule;
  struct hash_set visited; /* requested URLs */
  size_t pages;            /* number of calls of pagination_next */
  int64_t passed;          /* number of resources before the next page */
  int64_t largest;         /* number of resources of the largest page */
  int64_t number;          /* the number that the previous page states; -1 if none */
  bool from_zero;          /* page numbers start at 0 */
  bool linked;             /* a page had a link to the next one, or a cursor */
  /*
  ** of the previous page: resources in all pages, -1 if not stated; what states more, "" if nothing
  */
  int64_t total;
  char more[PAGINATION_META_NAME];
};

enum pagination_step {
  PAGINATION_END,     /* there is no next page */
  PAGINATION_STATED,  /* the server says that there is one */
  PAGINATION_GUESSED, /* there may be one */
  PAGINATION_LOOP,    /* the server names a page that was requested before */
  /* the server says that there is one, but gives no valid URL, or out of memory */
  PAGINATION_BROKEN,
  PAGINATION_INCOMPLETE /* there is no next page, but the server stated more resources */
};

/* The position of a page in the list; -1 for unknown values. */
struct pagination_facts {
  int64_t number; /* as the server counts, usually from 1 */
  int64_t last;   /* the number of the last page */
  int64_t total;  /* resources in all pages, as stated */
  int64_t size;   /* resources of a full page, as granted by the server rather than requested */
};

/* Frees what was recorded; the struct is zeroed again. */
void pagination_free(struct pagination *paging);

/* Reads what a response says of its page. */
struct pagination_page pagination_examine(const struct pagination_response *response);

/*
** Finds the page after this one. Call it once for each page of a list, in order. Sets `next_url` to
** a text that the caller frees: the URL for PAGINATION_STATED and PAGINATION_GUESSED, the repeated
** URL for PAGINATION_LOOP, the server's text (or NULL) for PAGINATION_BROKEN, NULL for
** PAGINATION_END. The URL is absolute. Its origin is the server's choice and not checked here.
*/
enum pagination_step pagination_next(struct pagination *paging, const struct pagination_page *page,
                                     char **next_url);

/*
** Returns the step for a guessed page that does not exist: PAGINATION_END or
** PAGINATION_INCOMPLETE.
*/
enum pagination_step pagination_end(const struct pagination *paging);

/*
** Writes why the list is incomplete, for PAGINATION_INCOMPLETE, into `text` of `size` bytes.
*/
void pagination_describe_gap(const struct pagination *paging, char *text, size_t size);

/* Returns the page's position. Call it before pagination_next. */
struct pagination_facts pagination_facts(const struct pagination *paging,
                                         const struct pagination_page *page);

/*
** Returns the URL of the page that is `distance` pages (at least 1) after the one at `url`.
** `next_url` is what pagination_next returned for it. Caller frees the result. Returns NULL if the
** two URLs do not differ by a page's number or offset, or on out of memory.
*/
char *pagination_predict(const char *url, const char *next_url, int64_t distance);

#endif
