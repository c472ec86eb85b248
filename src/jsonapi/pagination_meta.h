/*
** pagination_meta.h: what an answer states about its pages in `meta`, beside `data`, or in headers.
** Servers have a dozen ways to say it; names are matched in camelCase, snake_case and dash-case alike. The figures are
** the server's own: nothing is derived here. See paging.h for what follows from them.
*/
#ifndef HARNEST_PAGINATION_META_H
#define HARNEST_PAGINATION_META_H

#include <stdbool.h>
#include <stdint.h>

#include "json/json_value.h"

/* Whole numbers are -1, values absent, where nothing is stated. */
struct pagination_meta {
  int64_t number;           /* of this page */
  int64_t last;             /* number of the last page */
  int64_t pages;            /* how many there are */
  int64_t next;             /* number of the next page */
  int64_t total;            /* resources in all pages */
  int64_t size;             /* resources that a full page has */
  int64_t offset;           /* resources before this page */
  struct json_value cursor; /* token for the next page */
  struct json_value to;     /* number or id of the last resource of this page */
  struct json_value url;    /* address of the next page */
  bool more;                /* that there is more */
  bool no_more; /* that there is none: `hasMore` is false, or the next page is named, and null */
  bool beside_data; /* figures stand beside `data`, as in Laravel's bare paginator */
};

/* Reads the figures of a document and of the headers X-Total and X-Total-Pages (each NULL when absent). */
struct pagination_meta pagination_meta_read(struct json_value root, const char *total,
                                            const char *total_pages);

#endif
