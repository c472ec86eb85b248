/*
** page_order.h: what to request for a page of a list.
*/
#ifndef HARNEST_PAGE_ORDER_H
#define HARNEST_PAGE_ORDER_H

#include "http/request.h"

/* Returns the order for the page at `url`, which is borrowed. `deadline` is a clock_now() time. */
static inline struct request_order page_order(const char *url, double deadline) {
  return (struct request_order){
      .method = "GET", .url = url, .deadline = deadline, .repeatable = true};
}

#endif
