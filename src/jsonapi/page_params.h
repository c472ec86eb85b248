/*
** page_params.h: query parameters that select pages: by number, by offset or by a cursor.
*/
#ifndef HARNEST_PAGE_PARAMS_H
#define HARNEST_PAGE_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "http/url_query.h"
#include "jsonapi/pagination_meta.h"

/* How a URL selects a page without a cursor. */
struct page_style {
  const char *position; /* the parameter for the number or offset */
  bool by_offset;
  bool is_common; /* other APIs use the name for something else, so it needs its size beside it */
};

/* Returns the value of a parameter that is a whole number; -1 if it is absent or something else. */
int64_t page_params_whole(const struct url_query *query, const char *name);

/*
** Returns the URL with the parameter set to a number. Caller frees the result. Returns NULL on out
** of memory.
*/
char *page_params_set(const char *url, const char *name, int64_t whole);

/* Returns the requested number of resources of a page; -1 if there is none. */
int64_t page_params_size(const struct url_query *query);

/*
** Returns the parameter by which a list can ask for larger pages; NULL if it is unknown, or if the
** list's URL has parameters for pages itself. `next_url` is the URL of the second page: the server
** states the size there, or another parameter `page[…]`.
*/
const char *page_params_size_name(const char *url, const char *next_url);

/*
** Returns the style of the URL's position parameter, or else of its size parameter; NULL if it has
** neither.
*/
const struct page_style *page_params_style(const struct url_query *query);

/* As page_params_style, but completed by what the document states. Never NULL. */
const struct page_style *page_params_choose(const struct url_query *query,
                                            const struct pagination_meta *meta);

/* Returns the name of the URL's cursor parameter; NULL if there is none. */
const char *page_params_cursor(const struct url_query *query);

/*
** Returns the parameter for the next cursor: `stated` if the URL has it, else a cursor parameter of
** the URL, else `stated` in the style of the URL's size parameter.
*/
const char *page_params_cursor_for(const struct url_query *query, const char *stated);

/*
** Returns the URL that a reference such as `&page[number]=2` means: its position and size replace
** the URL's. Caller frees the result. Returns NULL if it has no position, or on out of memory.
*/
char *page_params_append(const char *url, const char *reference);

#endif
