/*
** pagination_check.h: shared by the C tests of pagination. A list is a name and up to five pages,
** each with the step that must follow it. JSON is written with ' for quotes; @3 stands for an array
** of three resources with consecutive ids from page to page, @=3 for one whose ids restart at 1.
** Expected URLs may omit the origin, and are compared unescaped.
*/
#ifndef HARNEST_PAGINATION_CHECK_H
#define HARNEST_PAGINATION_CHECK_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "base/buffer.h"
#include "json/json.h"
#include "json/json_padding.h"
#include "jsonapi/pagination.h"

#define BASE "https://api.test/v1/things"

struct page {
  const char *url, *json;
  enum pagination_step step;
  const char *next;
  const char *link, *total, *total_pages, *next_page, *content_range, *next_cursor;
};

struct listing {
  const char *name;
  struct page pages[5];
};

/* Expands the short form to JSON; `*next_id` counts resources from page to page. */
static inline struct json_document *read_page(const char *form, int *next_id) {
  struct buffer text;
  buffer_init(&text, 100000);
  for (const char *at = form; *at != '\0'; at++) {
    if (*at != '@') {
      buffer_putc(&text, *at == '\'' ? '"' : *at);
      continue;
    }
    if (at[1] == '=') *next_id = 1, at++;
    int count = *++at - '0';
    for (int i = 0; i < count; i++) {
      buffer_printf(&text, "%s{\"type\":\"things\",\"id\":\"%d\"}", i == 0 ? "[" : ",",
                    (*next_id)++);
    }
    buffer_putc(&text, ']');
  }
  if (!json_pad(&text)) abort();
  struct json_document *document = json_new();
  const char *reason;
  if (json_parse(document, text.bytes, text.length, &reason) != JSON_FINE)
    printf("# %s: %s\n", form, reason);
  buffer_free(&text);
  return document;
}

static inline void unescape(const char *url, char *out) {
  for (; *url != '\0'; url++) {
    unsigned code;
    if (url[0] == '%' && sscanf(url + 1, "%2x", &code) == 1)
      *out++ = (char)code, url += 2;
    else
      *out++ = *url;
  }
  *out = '\0';
}

static inline bool same_url(const char *url, const char *expected) {
  char plain[1000], wanted[1000];
  if (expected == NULL) return true;
  if (url == NULL) return false;
  unescape(url, plain);
  snprintf(wanted, sizeof wanted, "%s%s", "https://api.test", expected);
  return strcmp(plain, wanted) == 0 || strcmp(plain, expected) == 0;
}

static inline struct pagination_response response_of(const struct page *page,
                                                     struct json_document *document) {
  struct pagination_headers headers = {.total = page->total,
                                       .total_pages = page->total_pages,
                                       .next_page = page->next_page,
                                       .content_range = page->content_range,
                                       .cursor = page->next_cursor,
                                       .cursor_parameter = "cursor"};
  return (struct pagination_response){page->url, json_root(document), page->link, headers, false};
}

static inline bool runs_as_expected(struct pagination *paging, const struct page *page,
                                    int *next_id) {
  struct json_document *document = read_page(page->json, next_id);
  struct pagination_response answer = response_of(page, document);
  char *next = NULL;
  struct pagination_page examined = pagination_examine(&answer);
  enum pagination_step step = pagination_next(paging, &examined, &next);
  bool fine =
      step == page->step && same_url(next, page->next) && (step != PAGINATION_END || next == NULL);
  if (!fine) printf("#   %s: step %d, %s\n", page->url, step, next == NULL ? "nothing" : next);
  free(next);
  json_free(document);
  return fine;
}

/* Checks each of the lists. */
static inline void check_listings(const struct listing *listings, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct pagination paging = {0};
    bool fine = true;
    int next_id = 1;
    for (size_t j = 0; j < 5 && listings[i].pages[j].url != NULL; j++) {
      fine = runs_as_expected(&paging, &listings[i].pages[j], &next_id) && fine;
    }
    check(fine, listings[i].name);
    pagination_free(&paging);
  }
}

#endif
