/*
** next_name.h: recognizes names of members that state a next page, such as `nextPageToken`.
*/
#ifndef HARNEST_NEXT_NAME_H
#define HARNEST_NEXT_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
** Whether the name, in any style, consists only of words for a next page: `next`, `next_page`,
** `hasNext`, `next-page-token`, `continuationToken`, but not `nextInvoiceDate`.
*/
bool next_name_is(const char *name, size_t length);

#endif
