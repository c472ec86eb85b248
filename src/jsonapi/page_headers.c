/*
** page_headers.c: reads the headers of a response that describe its page.
*/
#include "jsonapi/page_headers.h"

#include <string.h>

#include "http/response_headers.h"
#include "json/json_value.h"
#include "jsonapi/next_name.h"

/* Headers that state the number of resources or of pages, by the servers that send them. */
static const char *const total_names[] = {"x-total",
                                          "x-total-count",
                                          "x-pagination-total-count",
                                          "x-total-entries",
                                          "total-count",
                                          "total",
                                          NULL};
static const char *const pages_names[] = {"x-total-pages", "x-pagination-page-count", "total-pages",
                                          NULL};

/* Headers with the token of the next page, and the query parameter for it. */
static const struct {
  const char *name, *parameter;
} cursors[] = {{"x-next-cursor", "cursor"}, {"next-cursor", "cursor"}, {"opc-next-page", "page"}};

/* Returns the value of the first of the headers that is there; NULL if there is none. */
static const char *first_of(const struct transfer *transfer, const char *const names[]) {
  const char *value = NULL;
  for (size_t i = 0; value == NULL && names[i] != NULL; i++)
    value = transfer_header(transfer, names[i]);
  return value;
}

static void read_cursor(const struct transfer *transfer, struct pagination_headers *headers) {
  for (size_t i = 0; headers->cursor == NULL && i < sizeof cursors / sizeof *cursors; i++) {
    headers->cursor = transfer_header(transfer, cursors[i].name);
    headers->cursor_parameter = cursors[i].parameter;
  }
}

/* Whether a name without a prefix such as `x-` states a next page. */
static bool states_next(const char *name, size_t length) {
  static const char *const prefixes[] = {"x-ms-", "x-"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t size = strlen(prefixes[i]);
    if (length > size && memcmp(name, prefixes[i], size) == 0)
      return next_name_is(name + size, length - size);
  }
  return next_name_is(name, length);
}

static bool is_something(const char *value) {
  static const char *const nothing[] = {"", "0", "false", "False", "null"};
  for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
    if (strcmp(value, nothing[i]) == 0) return false;
  return true;
}

/* Finds the first header that states a next page and is none of those above. */
static void find_unread(const struct transfer *transfer, struct pagination_headers *headers) {
  size_t position = 0, length;
  const char *name, *value;
  while (headers->unread == NULL &&
         response_headers_next(&transfer->headers, &position, &name, &length, &value)) {
    bool is_number = value == headers->next_page && json_whole_of_text(value) >= 0;
    if (is_number || value == headers->cursor || !states_next(name, length)) continue;
    if (!is_something(value)) continue;
    headers->unread = name;
    headers->unread_length = length;
  }
}

struct pagination_headers page_headers_read(const struct transfer *transfer) {
  struct pagination_headers headers = {
      .total = first_of(transfer, total_names),
      .total_pages = first_of(transfer, pages_names),
      .next_page = transfer_header(transfer, "x-next-page"),
      .content_range = transfer_header(transfer, "content-range"),
  };
  read_cursor(transfer, &headers);
  find_unread(transfer, &headers);
  return headers;
}
