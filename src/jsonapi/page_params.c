/*
** page_params.c: query parameters that select pages.
*/
#include "jsonapi/page_params.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/url.h"
#include "http/url_query.h"

/*
** In order of precedence. A URL without any of them is assumed to have the first style.
*/
static const struct page_style styles[] = {
    {"page[number]", false, false},
    {"page[offset]", true, false},
    {"page", false, false},
    {"offset", true, false},
    {"pagination[page]", false, false},
    {"pagination[start]", true, false},
    {"_page", false, false},
    {"_offset", true, false},
    {"$skip", true, false},
    {"skip", true, true},
    {"start", true, true},
    {"index", true, true},
};

enum style {
  PAGE_NUMBER,
  PAGE_OFFSET,
  BARE_PAGE,
  BARE_OFFSET,
  STRAPI_PAGE,
  STRAPI_START,
  LODASH_PAGE,
  LODASH_OFFSET,
  DOLLAR_SKIP,
  SKIP,
  START,
  INDEX,
  STYLES = sizeof styles / sizeof *styles
};

/* Parameters for the size of a page. */
static const struct size_name {
  const char *name;
  enum style style;
  bool needs_position; /* counts only beside the style's position parameter */
} sizes[] = {
    {"page[size]", PAGE_NUMBER, false},
    {"page[limit]", PAGE_OFFSET, false},
    {"per_page", BARE_PAGE, false},
    {"limit", BARE_OFFSET, false},
    {"page_size", BARE_PAGE, false},
    {"pageSize", BARE_PAGE, false},
    {"perPage", BARE_PAGE, false},
    {"per-page", BARE_PAGE, false},
    {"itemsPerPage", BARE_PAGE, false},
    {"pagination[pageSize]", STRAPI_PAGE, false},
    {"pagination[limit]", STRAPI_START, false},
    {"_per_page", LODASH_PAGE, false},
    {"_limit", LODASH_OFFSET, false},
    {"$limit", DOLLAR_SKIP, false},
    {"limit", SKIP, true},
    {"take", SKIP, true},
    {"limit", START, true},
    {"count", START, true},
    {"length", START, true},
    {"pageSize", INDEX, true},
};

enum { SIZES = sizeof sizes / sizeof *sizes };

/*
** Parameters that nothing but a cursor uses. Others, such as `offset` or `page`, take a cursor only
** if the document states one for them.
*/
static const char *const cursor_names[] = {
    "page[cursor]",       "page[after]",       "cursor",      "after",
    "starting_after",     "startingAfter",     "after_id",    "pagination_token",
    "page_token",         "pageToken",         "next_token",  "nextToken",
    "continuation_token", "continuationToken", "iterator",    "page_cursor",
    "pageCursor",         "start_cursor",      "next_cursor",
};

int64_t page_params_whole(const struct url_query *query, const char *name) {
  char text[24]; /* more digits make no number of ours */
  return json_whole_of_text(url_query_get(query, name, text, sizeof text));
}

char *page_params_set(const char *url, const char *name, int64_t whole) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, whole);
  return url_set_parameter(url, name, text);
}

static bool has_position(const struct url_query *query, enum style style) {
  return page_params_whole(query, styles[style].position) >= 0;
}

int64_t page_params_size(const struct url_query *query) {
  for (size_t i = 0; i < SIZES; i++) {
    int64_t size = page_params_whole(query, sizes[i].name);
    if (size > 0 && (!sizes[i].needs_position || has_position(query, sizes[i].style))) return size;
  }
  return -1;
}

static bool has_size_of(const struct url_query *query, enum style style) {
  for (size_t i = 0; i < SIZES; i++) {
    if (sizes[i].style == style && page_params_whole(query, sizes[i].name) > 0) return true;
  }
  return false;
}

static const struct page_style *style_by_position(const struct url_query *query) {
  for (size_t i = 0; i < STYLES; i++) {
    if (has_position(query, (enum style)i) &&
        (!styles[i].is_common || has_size_of(query, (enum style)i)))
      return &styles[i];
  }
  return NULL;
}

static const struct page_style *style_by_size(const struct url_query *query) {
  for (size_t i = 0; i < SIZES; i++) {
    if (!sizes[i].needs_position && url_query_has(query, sizes[i].name))
      return &styles[sizes[i].style];
  }
  return NULL;
}

const struct page_style *page_params_style(const struct url_query *query) {
  const struct page_style *style = style_by_position(query);
  return style != NULL ? style : style_by_size(query);
}

/*
** Returns the style of the parameter that the document's names suggest; NULL if they suggest none.
** `skip` is stated by servers with `$skip` and `$limit`, and by those with `skip` and `limit`.
*/
static const struct page_style *style_stated(const struct url_query *query,
                                             const struct pagination_meta *meta) {
  const struct page_style *style = NULL;
  for (size_t i = 0; meta->position != NULL && i < STYLES; i++) {
    if (strcmp(styles[i].position, meta->position) == 0) style = &styles[i];
  }
  bool is_bare = style == &styles[DOLLAR_SKIP] && url_query_has(query, "limit");
  return is_bare ? &styles[SKIP] : style;
}

const struct page_style *page_params_choose(const struct url_query *query,
                                            const struct pagination_meta *meta) {
  const struct page_style *style = style_by_position(query);
  if (style == NULL) style = style_stated(query, meta);
  if (style == NULL) style = style_by_size(query);
  bool is_number = meta->number >= 0 && meta->offset < 0;
  if (style == &styles[BARE_OFFSET] && is_number && !has_position(query, BARE_OFFSET))
    return &styles[BARE_PAGE]; /* `limit` is the size of numbered pages, too */
  if (style != NULL) return style;
  if (meta->offset >= 0) return &styles[meta->beside_data ? BARE_OFFSET : PAGE_OFFSET];
  return &styles[meta->beside_data ? BARE_PAGE : PAGE_NUMBER];
}

const char *page_params_cursor(const struct url_query *query) {
  for (size_t i = 0; i < sizeof cursor_names / sizeof *cursor_names; i++) {
    if (url_query_has(query, cursor_names[i])) return cursor_names[i];
  }
  return NULL;
}

const char *page_params_cursor_for(const struct url_query *query, const char *stated) {
  if (url_query_has(query, stated)) return stated;
  const char *used = page_params_cursor(query);
  if (used != NULL) return used;
  if (strcmp(stated, "cursor") == 0 && page_params_whole(query, "first") > 0) return "after";
  const struct page_style *style = style_by_size(query);
  bool is_bare = style != NULL && strchr(style->position, '[') == NULL;
  if (is_bare && strcmp(stated, "page[cursor]") == 0) return "cursor";
  if (is_bare && strcmp(stated, "page[after]") == 0) return "after";
  return stated;
}

const char *page_params_size_name(const char *url, const char *next_url) {
  struct url_query query = url_query_read(url), next = url_query_read(next_url);
  if (page_params_style(&query) != NULL || page_params_size(&query) > 0 ||
      page_params_cursor(&query) != NULL)
    return NULL;
  for (size_t i = 0; i < SIZES; i++) {
    if (page_params_whole(&next, sizes[i].name) > 0 &&
        (!sizes[i].needs_position || has_position(&next, sizes[i].style)))
      return sizes[i].name;
  }
  if (has_position(&next, PAGE_OFFSET)) return "page[limit]";
  if (has_position(&next, PAGE_NUMBER)) return "page[size]";
  const char *cursor = page_params_cursor(&next);
  return cursor != NULL && strncmp(cursor, "page[", 5) == 0 ? "page[size]" : NULL;
}

char *page_params_append(const char *url, const char *reference) {
  char *query = strdup(reference);
  if (query == NULL) return NULL;
  query[0] = '?';
  char *other = url_resolve(url, query);
  struct url_query parameters = other == NULL ? (struct url_query){0} : url_query_read(other);
  const struct page_style *style = style_by_position(&parameters);
  char *result = NULL;
  if (style != NULL)
    result = page_params_set(url, style->position, page_params_whole(&parameters, style->position));
  for (size_t i = 0; result != NULL && i < SIZES; i++) {
    int64_t size = page_params_whole(&parameters, sizes[i].name);
    if (size <= 0 || sizes[i].needs_position) continue;
    char *sized = page_params_set(result, sizes[i].name, size);
    free(result);
    result = sized;
  }
  free(query);
  free(other);
  return result;
}
