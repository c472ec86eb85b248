/*
** page_history.h: compares each page of a list with the pages before it, to detect servers that
** return the same page again and again.
*/
#ifndef HARNEST_PAGE_HISTORY_H
#define HARNEST_PAGE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash_set.h"
#include "json/json_value.h"

/*
** How a page compares with the pages before it. A list that changes while it is read may return a
** page twice, so a second time is no loop.
*/
enum page_novelty {
  PAGE_IS_NEW,
  PAGE_BEGINS_ALIKE, /* its first resource is that of the page before; or it has its contents, but
                        no ids */
  PAGE_IS_REPEATED,  /* it has the contents of an earlier page, with ids */
  PAGE_IS_LOOP       /* the contents came for the third time; without ids: three times in a row */
};

/* Zeroed memory is empty. Caller frees it by page_history_free. */
struct page_history {
  struct hash_set once, twice; /* hashes of the pages that came so often */
  uint64_t contents;           /* hash of the previous page; 0 if it was empty */
  uint64_t first_item;         /* hash of its first resource's type and id; 0 without ids */
  int in_a_row;                /* number of pages up to the previous one with the same contents */
};

/*
** Adds a page's primary data, which is an array; an empty one is always new. On out of memory only
** repetitions in a row are detected.
*/
enum page_novelty page_history_add(struct page_history *history, struct json_value data);

/* Frees the history; the struct is zeroed again. */
void page_history_free(struct page_history *history);

#endif
