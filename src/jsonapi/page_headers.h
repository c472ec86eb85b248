/*
** page_headers.h: reads the headers of a response that describe its page.
*/
#ifndef HARNEST_PAGE_HEADERS_H
#define HARNEST_PAGE_HEADERS_H

#include "http/transfer.h"
#include "jsonapi/pagination_meta.h"

/* Returns the values of these headers. They point into the transfer's response. */
struct pagination_headers page_headers_read(const struct transfer *transfer);

#endif
