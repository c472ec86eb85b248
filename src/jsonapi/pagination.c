/*
** pagination.c: finds the next page of a list.
*/
#include "jsonapi/pagination.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_copy.h"
#include "http/link.h"
#include "http/url.h"
#include "jsonapi/page_links.h"
#include "jsonapi/page_params.h"
#include "jsonapi/url_set.h"

struct pagination_page pagination_examine(const struct pagination_response *response) {
  struct pagination_page page = {
      .response = response,
      .query = url_query_read(response->url),
      .data = json_member(response->root, "data"),
      .meta = pagination_meta_read(response->root, &response->headers),
  };
  page.requested_size = page_params_size(&page.query);
  page.by_cursor = page_params_cursor(&page.query) != NULL;
  page.is_list = json_type(page.data) == JSON_ARRAY;
  page.count = page.is_list ? (int64_t)json_count(page.data) : 0;
  page.page_style = page_params_choose(&page.query, &page.meta);
  page.position = page_params_whole(&page.query, page.page_style->position);
  return page;
}

static struct json_value last_item(struct json_value data) {
  struct json_iterator items = json_iterate(data);
  struct json_value item = {0};
  while (json_next_item(&items, &item)) continue;
  return item;
}

/* Numbers */

static int64_t first_number(const struct pagination *paging, const struct pagination_page *page) {
  return paging->from_zero || page->meta.number == 0 ||
                 (page->position == 0 && !page->page_style->by_offset)
             ? 0
             : 1;
}

/* Returns the number of resources before this page. Exact if all pages were read in order. */
static int64_t resources_before(const struct pagination *paging,
                                const struct pagination_page *page) {
  if (page->page_style->by_offset && page->position >= 0) return page->position;
  if (page->meta.offset >= 0) return page->meta.offset;
  if (paging->pages > 0 || page->page_style->by_offset) return paging->passed;
  int64_t number = page->meta.number >= 0 ? page->meta.number : page->position;
  int64_t size = page->meta.size > 0        ? page->meta.size
                 : page->requested_size > 0 ? page->requested_size
                                            : page->count;
  int64_t pages = number - first_number(paging, page);
  return pages > 0 && size > 0 && pages <= JSON_WHOLE_MOST / size ? pages * size : 0;
}

/*
** Returns the resources of a full page. The largest page shows what the server grants, unless it
** may be the last one.
*/
static int64_t granted_size(const struct pagination *paging, const struct pagination_page *page) {
  int64_t largest = paging->largest > page->count ? paging->largest : page->count;
  bool more_follow = page->meta.total > resources_before(paging, page) + page->count;
  if (largest > 0 && (paging->pages > 0 || more_follow)) return largest;
  if (page->meta.size > 0) return page->meta.size;
  if (page->requested_size > 0) return page->requested_size;
  return largest > 0 ? largest : -1;
}

/* Returns the last page's number if the server states it or a count of pages; else -1. */
static int64_t last_stated(const struct pagination *paging, const struct pagination_page *page) {
  if (page->meta.last >= 0) return page->meta.last;
  if (page->meta.pages < 0) return -1;
  int64_t last = page->meta.pages - 1 + first_number(paging, page);
  return last > 0 ? last : first_number(paging, page); /* an empty list has a first page, too */
}

static int64_t number_of(const struct pagination *paging, const struct pagination_page *page) {
  if (page->meta.number >= 0) return page->meta.number;
  if (page->by_cursor) return -1;
  if (!page->page_style->by_offset)
    return page->position >= 0 ? page->position : first_number(paging, page);
  int64_t size = granted_size(paging, page);
  return size > 0 ? resources_before(paging, page) / size + first_number(paging, page) : -1;
}

/* Links */

/*
** Resolves a reference, which is not NUL-terminated. One that contains a NUL is not a URL. One that
** begins with `&` has only the parameters to change. Returns NULL with errno ENOMEM on out of
** memory.
*/
static char *resolve(const char *base, const char *reference, size_t length) {
  errno = 0;
  char *text = memchr(reference, '\0', length) == NULL ? text_copy(reference, length) : NULL;
  char *url = text == NULL || text[0] != '&' ? NULL : page_params_append(base, text);
  if (text != NULL && url == NULL && errno != ENOMEM) url = url_resolve(base, text);
  free(text);
  return url;
}

static enum pagination_step follow(const char *base, const char *reference, size_t length,
                                   char **next_url) {
  *next_url = resolve(base, reference, length);
  if (*next_url != NULL) return PAGINATION_STATED;
  *next_url = text_copy(reference, length);
  return PAGINATION_BROKEN;
}

static enum pagination_step follow_value(const char *base, struct json_value href,
                                         char **next_url) {
  struct json_content content = json_content(href);
  return follow(base, content.as.string, content.length, next_url);
}

/* The rules. Each returns whether it decides, and then has set `step` and `next_url`. */

typedef bool rule(struct pagination *paging, const struct pagination_page *page,
                  enum pagination_step *step, char **next_url);

static bool rule_body_link(struct pagination *paging, const struct pagination_page *page,
                           enum pagination_step *step, char **next_url) {
  struct json_value links = page_links_of(page->response->root);
  struct json_value link = page_links_find(links, "next"), href = page_links_href(link);
  if (page_links_malformed(link)) {
    *step = PAGINATION_BROKEN;
    return true;
  }
  if (!json_exists(href) && !page->meta.no_more) href = page_links_href(page->meta.url);
  if (json_exists(href)) paging->linked = true;
  *step = json_exists(href) ? follow_value(page->response->url, href, next_url) : PAGINATION_END;
  return json_exists(href) || page_links_exist(links);
}

static bool rule_link_header(struct pagination *paging, const struct pagination_page *page,
                             enum pagination_step *step, char **next_url) {
  const char *header = page->response->link;
  struct link link;
  *step = PAGINATION_END;
  if (header == NULL) return false;
  if (link_find(header, "next", &link)) {
    paging->linked = true;
    if (!link.is_empty) *step = follow(page->response->url, link.target, link.length, next_url);
    return true;
  }
  return link_find(header, "prev", &link) || link_find(header, "first", &link) ||
         link_find(header, "last", &link);
}

static bool rule_list_only(struct pagination *paging, const struct pagination_page *page,
                           enum pagination_step *step, char **next_url) {
  (void)paging, (void)next_url;
  *step = PAGINATION_END;
  return !page->is_list;
}

static enum pagination_step step_of(char *url, enum pagination_step step) {
  return url == NULL ? PAGINATION_BROKEN : step;
}

/* Sets the cursor parameter to a token, which is a text or a number. */
static char *set_cursor(const struct pagination_page *page, const char *parameter,
                        struct json_value token) {
  const char *url = page->response->url, *name = page_params_cursor_for(&page->query, parameter);
  struct json_content content = json_content(token);
  if (content.type == JSON_INTEGER) return page_params_set(url, name, content.as.integer);
  if (strlen(content.as.string) != content.length) return NULL;
  return url_set_parameter(url, name, content.as.string);
}

/* Whether the list begins at this very cursor, which the document only repeats. */
static bool is_echo(const struct pagination *paging, const struct pagination_page *page) {
  const struct pagination_meta *meta = &page->meta;
  struct json_content token = json_content(meta->cursor);
  char text[512];
  if (!meta->cursor_may_echo || paging->pages > 0 || token.type != JSON_STRING) return false;
  const char *used = url_query_get(&page->query, meta->cursor_parameter, text, sizeof text);
  return used != NULL && strcmp(used, token.as.string) == 0;
}

/* Whether more is stated, but neither a number nor an offset, as in Stripe's lists. */
static bool continues_by_id(const struct pagination_page *page) {
  const struct pagination_meta *meta = &page->meta;
  return meta->more && meta->is_object_list && meta->number < 0 && meta->offset < 0 &&
         page->position < 0;
}

/* Returns the token of the next page, and its parameter; absent if none is stated. */
static struct json_value next_token(const struct pagination *paging,
                                    const struct pagination_page *page, const char **parameter) {
  const struct pagination_meta *meta = &page->meta;
  *parameter = meta->cursor_parameter;
  if (json_exists(meta->cursor))
    return is_echo(paging, page) ? (struct json_value){0} : meta->cursor;
  *parameter = "page[after]";
  if (meta->more && meta->number < 0 && json_exists(meta->to)) return meta->to;
  struct json_value id = json_member(last_item(page->data), "id");
  bool is_id = json_type(id) == JSON_STRING || json_type(id) == JSON_INTEGER;
  *parameter = "starting_after";
  return is_id && continues_by_id(page) ? id : (struct json_value){0};
}

static bool rule_cursor(struct pagination *paging, const struct pagination_page *page,
                        enum pagination_step *step, char **next_url) {
  const char *parameter;
  struct json_value token = next_token(paging, page, &parameter);
  *step = PAGINATION_INCOMPLETE;
  if (page->meta.no_more) return false;
  if (!json_exists(token)) return continues_by_id(page);
  paging->linked = true;
  *next_url = set_cursor(page, parameter, token);
  *step = step_of(*next_url, PAGINATION_STATED);
  return true;
}

static bool rule_header_cursor(struct pagination *paging, const struct pagination_page *page,
                               enum pagination_step *step, char **next_url) {
  const struct pagination_headers *headers = &page->response->headers;
  if (headers->cursor == NULL || headers->cursor[0] == '\0' || page->meta.no_more) return false;
  paging->linked = true;
  const char *name = page_params_cursor_for(&page->query, headers->cursor_parameter);
  *next_url = url_set_parameter(page->response->url, name, headers->cursor);
  *step = step_of(*next_url, PAGINATION_STATED);
  return true;
}

static bool rule_no_more(struct pagination *paging, const struct pagination_page *page,
                         enum pagination_step *step, char **next_url) {
  (void)paging, (void)next_url;
  *step = PAGINATION_END;
  return page->meta.no_more || page->meta.no_next;
}

/* Whether the next page's number or offset is stated. Some servers write 0 for none. */
static bool states_next(const struct pagination *paging, const struct pagination_page *page) {
  return page->meta.next > number_of(paging, page) ||
         page->meta.next_offset > resources_before(paging, page);
}

/* Returns the cursor profile's token of the last item, `meta.page.cursor`. */
static struct json_value last_item_cursor(struct json_value data) {
  struct json_value item = last_item(data);
  struct json_value cursor = json_member(json_member(json_member(item, "meta"), "page"), "cursor");
  return json_type(cursor) == JSON_STRING ? cursor : (struct json_value){0};
}

/*
** Returns the number of resources up to the end of this page. An empty page may have hidden
** resources, so it counts as a full one if the size is known. A repeated page counts as none.
*/
static int64_t resources_covered(const struct pagination *paging,
                                 const struct pagination_page *page) {
  int64_t before = resources_before(paging, page), number = number_of(paging, page);
  if (page->response->is_repeated) return before;
  if (page->count > 0) return before + page->count;
  int64_t size = granted_size(paging, page), pages = number - first_number(paging, page) + 1;
  if (size <= 0) return before;
  if (page->page_style->by_offset || number < 0) return before + size;
  return pages <= JSON_WHOLE_MOST / size ? pages * size : JSON_WHOLE_MOST;
}

/* Returns the offset of the next page. */
static int64_t offset_after(const struct pagination *paging, const struct pagination_page *page) {
  int64_t size = page->count > 0 ? page->count : granted_size(paging, page);
  int64_t before = resources_before(paging, page);
  return page->meta.next_offset > before ? page->meta.next_offset : before + (size > 0 ? size : 0);
}

/* Returns the next page's URL by number or offset. */
static char *numbered_url_after(const struct pagination *paging,
                                const struct pagination_page *page) {
  const char *url = page->response->url, *name = page->page_style->position;
  if (page->page_style->by_offset) return page_params_set(url, name, offset_after(paging, page));
  if (page->meta.next > number_of(paging, page)) return page_params_set(url, name, page->meta.next);
  return page_params_set(url, name,
                         (page->position >= 0 ? page->position : number_of(paging, page)) + 1);
}

/*
** Returns the next page's URL if none is stated: by the cursor of the last item, else by number or
** offset.
*/
static char *url_after(const struct pagination *paging, const struct pagination_page *page) {
  struct json_value cursor = last_item_cursor(page->data);
  return json_exists(cursor) ? set_cursor(page, "page[after]", cursor)
                             : numbered_url_after(paging, page);
}

/*
** Returns the step at an end that the server did not state: an error if it stated more resources.
*/
static enum pagination_step end_unless_less(const struct pagination *paging,
                                            const struct pagination_page *page) {
  bool is_less = !paging->resumed && page->meta.total > resources_covered(paging, page);
  return is_less ? PAGINATION_INCOMPLETE : PAGINATION_END;
}

/*
** Compares the page's number with the last one's. If the number does not increase, the server
** ignores the parameter.
*/
static bool rule_number(struct pagination *paging, const struct pagination_page *page,
                        enum pagination_step *step, char **next_url) {
  int64_t number = number_of(paging, page), last = last_stated(paging, page);
  bool more_stated = states_next(paging, page) || page->meta.more;
  *step = PAGINATION_END;
  if (!more_stated && (last < 0 || number < 0)) return false;
  if (!more_stated && number >= last) {
    if (page->response->is_repeated) *step = end_unless_less(paging, page);
    return true;
  }
  bool is_stuck =
      paging->pages > 0 && page->meta.number >= 0 && page->meta.number <= paging->number;
  *next_url = is_stuck ? strdup(page->response->url) : url_after(paging, page);
  *step = step_of(*next_url, PAGINATION_STATED);
  return true;
}

static bool rule_total(struct pagination *paging, const struct pagination_page *page,
                       enum pagination_step *step, char **next_url) {
  if (page->meta.total < 0 || page->by_cursor) return false;
  *step = PAGINATION_END;
  if (resources_covered(paging, page) >= page->meta.total) return true;
  *next_url = url_after(paging, page);
  *step = step_of(*next_url, PAGINATION_STATED);
  return true;
}

/*
** Whether the page has as many resources as a page can have. This is uncertain for the first page.
** If it is shorter than requested, the server may limit the size; some servers state the requested
** size even then. If it is larger than requested, the list is not paginated.
*/
static bool is_full(const struct pagination *paging, const struct pagination_page *page) {
  int64_t stated = page->meta.size;
  if (page->count == 0) return false;
  if (paging->pages > 0) return page->count >= paging->largest;
  if (stated > 0 && stated != page->requested_size) return page->count >= stated;
  return page->requested_size < 0 || page->count <= page->requested_size;
}

static bool rule_guess(struct pagination *paging, const struct pagination_page *page,
                       enum pagination_step *step, char **next_url) {
  *step = PAGINATION_END;
  bool may_be_last = page->meta.may_be_last && page->meta.unread[0] == '\0';
  if (paging->linked || may_be_last) return true;
  if (!is_full(paging, page) || (page->by_cursor && !json_exists(last_item_cursor(page->data)))) {
    if (paging->more[0] != '\0') *step = PAGINATION_INCOMPLETE;
    return true;
  }
  *next_url = url_after(paging, page);
  *step = step_of(*next_url, PAGINATION_GUESSED);
  return true;
}

static const struct {
  rule *decide;
  const char *name; /* see struct pagination */
} rules[] = {
    {rule_body_link, "link"}, {rule_link_header, "header"},   {rule_list_only, NULL},
    {rule_cursor, "cursor"},  {rule_header_cursor, "cursor"}, {rule_no_more, "end"},
    {rule_number, "number"},  {rule_total, "total"},          {rule_guess, "guess"},
};

/* The public functions */

void pagination_free(struct pagination *paging) {
  hash_set_free(&paging->visited);
  *paging = (struct pagination){0};
}

/*
** Records what the page states of the whole list. An empty page that states nothing leaves the
** earlier statements valid.
*/
static void record_statements(struct pagination *paging, const struct pagination_page *page) {
  bool states_nothing = page->meta.total < 0 && page->meta.unread[0] == '\0' && !page->meta.more;
  if (page->count == 0 && states_nothing) return;
  paging->total = page->meta.total;
  memcpy(paging->more, page->meta.unread, sizeof paging->more);
  if (page->meta.more) snprintf(paging->more, sizeof paging->more, "hasMore");
}

static void record_page(struct pagination *paging, const struct pagination_page *page) {
  paging->passed = resources_before(paging, page) + (page->response->is_repeated ? 0 : page->count);
  paging->from_zero = first_number(paging, page) == 0;
  if (page->count > paging->largest) paging->largest = page->count;
  paging->number = page->meta.number;
  paging->pages++;
}

/* Whether the server states that this page is the last one. */
static bool is_stated_last(const struct pagination *paging, const struct pagination_page *page) {
  int64_t number = number_of(paging, page), last = last_stated(paging, page);
  bool by_total = page->meta.total >= 0 && !paging->resumed &&
                  resources_covered(paging, page) >= page->meta.total;
  return by_total || (last >= 0 && number >= last);
}

/* Returns the step if the next page was requested before. */
static enum pagination_step step_of_loop(const struct pagination *paging,
                                         const struct pagination_page *page) {
  if (!page->is_list || (page->count > 0 && !is_stated_last(paging, page))) return PAGINATION_LOOP;
  return end_unless_less(paging, page);
}

enum pagination_step pagination_next(struct pagination *paging, const struct pagination_page *page,
                                     char **next_url) {
  enum pagination_step step = PAGINATION_END;
  bool was_there;
  *next_url = NULL;
  record_statements(paging, page);
  if (!url_set_add(&paging->visited, page->response->url, &was_there)) return PAGINATION_BROKEN;
  size_t i = 0;
  while (!rules[i].decide(paging, page, &step, next_url)) i++; /* the last rule always decides */
  paging->rule = rules[i].name;
  bool has_next = step == PAGINATION_STATED || step == PAGINATION_GUESSED;
  was_there = false;
  if (has_next && !url_set_add(&paging->visited, *next_url, &was_there)) step = PAGINATION_BROKEN;
  if (was_there) step = step_of_loop(paging, page);
  record_page(paging, page);
  if (was_there && step != PAGINATION_LOOP) {
    free(*next_url);
    *next_url = NULL;
  }
  return step;
}

enum pagination_step pagination_end(const struct pagination *paging) {
  bool lacks_some = !paging->resumed && paging->total > paging->passed;
  return lacks_some || paging->more[0] != '\0' ? PAGINATION_INCOMPLETE : PAGINATION_END;
}

void pagination_describe_gap(const struct pagination *paging, char *text, size_t size) {
  if (paging->more[0] != '\0')
    snprintf(text, size, "the list may have more pages: %s says so, but not how to request them",
             paging->more);
  else
    snprintf(text, size, "the list ended early: %" PRId64 " stated, %" PRId64 " came",
             paging->total, paging->passed);
}

/* Returns the last page's number by the link to it; -1 if unknown. */
static int64_t last_linked(const struct pagination *paging, const struct pagination_page *page) {
  struct json_value links = page_links_of(page->response->root);
  struct json_content href = json_content(page_links_href(page_links_find(links, "last")));
  const char *header = page->response->link;
  struct link link = {href.as.string, href.length, false};
  bool linked = href.type == JSON_STRING || (header != NULL && link_find(header, "last", &link));
  if (!linked) return -1;
  char *url = resolve(page->response->url, link.target, link.length);
  struct url_query query = url == NULL ? (struct url_query){0} : url_query_read(url);
  const struct page_style *page_style = page_params_style(&query);
  int64_t position = page_style == NULL ? -1 : page_params_whole(&query, page_style->position);
  int64_t size = granted_size(paging, page);
  free(url);
  if (position < 0 || !page_style->by_offset) return position;
  return size > 0 ? position / size + first_number(paging, page) : -1;
}

static int64_t last_by_total(const struct pagination *paging, const struct pagination_page *page) {
  int64_t size = granted_size(paging, page), total = page->meta.total;
  if (size <= 0 || total < 0) return -1;
  int64_t pages = total / size + (total % size != 0);
  return (pages > 0 ? pages : 1) - 1 + first_number(paging, page);
}

struct pagination_facts pagination_facts(const struct pagination *paging,
                                         const struct pagination_page *page) {
  struct pagination_facts facts = {
      .number = number_of(paging, page),
      .last = last_stated(paging, page),
      .total = page->meta.total,
      .size = granted_size(paging, page),
  };
  if (facts.last < 0) facts.last = last_linked(paging, page);
  if (facts.last < 0 && facts.number >= 0) facts.last = last_by_total(paging, page);
  return facts;
}

char *pagination_predict(const char *url, const char *next_url, int64_t distance) {
  struct url_query query = url_query_read(url), next_query = url_query_read(next_url);
  const struct page_style *page_style = page_params_style(&next_query);
  if (page_style == NULL || page_params_cursor(&next_query) != NULL) return NULL;
  int64_t next = page_params_whole(&next_query, page_style->position),
          here = page_params_whole(&query, page_style->position);
  int64_t step = page_style->by_offset ? next - (here > 0 ? here : 0) : 1;
  if (next <= 0 || step <= 0 || (here >= 0 && next <= here) || distance > (INT64_MAX - next) / step)
    return NULL;
  return page_params_set(next_url, page_style->position, next + (distance - 1) * step);
}
