/*
** pagination_meta.h: reads a response's pagination metadata from `meta`, the members beside `data`,
** or headers. Servers use a dozen formats; names match in camelCase, snake_case and kebab-case. The
** values are the server's; pagination.h derives more from them.
*/
#ifndef HARNEST_PAGINATION_META_H
#define HARNEST_PAGINATION_META_H

#include <stdbool.h>
#include <stdint.h>

#include "json/json_value.h"

/* Size of a name in a message, with its NUL. Longer names are cut. */
#define PAGINATION_META_NAME 40

/* If not stated, whole numbers are -1 and values are absent. */
struct pagination_meta {
  int64_t number;           /* this page's number */
  int64_t last;             /* the last page's number */
  int64_t pages;            /* number of pages */
  int64_t next;             /* the next page's number */
  int64_t total;            /* number of resources in all pages */
  int64_t size;             /* number of resources of a full page */
  int64_t offset;           /* number of resources before this page */
  int64_t next_offset;      /* number of resources before the next page */
  const char *position;     /* query parameter of the page's number or offset; NULL if unknown */
  struct json_value cursor; /* token of the next page */
  const char *cursor_parameter; /* query parameter that takes it; NULL if there is none */
  bool cursor_may_echo;         /* it may also be the token of this page */
  struct json_value to;         /* number or id of the last resource of this page */
  struct json_value url;        /* URL of the next page */
  bool more;                    /* there are more pages */
  bool no_more;                 /* `hasMore` is false */
  bool no_next;                 /* the next page is stated as null, false or "" */
  bool may_be_last;             /* a null beside data or among cursors may mean that, too */
  bool is_object_list;          /* the member `object` is "list", as in Stripe's documents */
  bool beside_data;             /* the metadata is beside `data`, as in Laravel's bare paginator */
  /*
  ** name of a member that states a next page in a way that is not understood; "" if there is none
  */
  char unread[PAGINATION_META_NAME];
};

/* Values of headers; each is NULL if absent. */
struct pagination_headers {
  const char *total;         /* X-Total, X-Total-Count and others: number of resources */
  const char *total_pages;   /* X-Total-Pages and others: number of pages */
  const char *next_page;     /* X-Next-Page: the next page's number; empty if there is none */
  const char *content_range; /* Content-Range, for example `items 0-9/67` */
  const char *cursor; /* X-Next-Cursor and others: the next page's token; empty if there is none */
  const char *cursor_parameter; /* query parameter that takes it */
  /* name of a header that states a next page in a way that is not understood; not NUL-terminated */
  const char *unread;
  size_t unread_length;
};

/* Reads the metadata of a document and of headers. */
struct pagination_meta pagination_meta_read(struct json_value root,
                                            const struct pagination_headers *headers);

#endif
