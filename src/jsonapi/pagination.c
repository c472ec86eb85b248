/*
** pagination.c: where the next page of a list is.
*/
#include "jsonapi/pagination.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "http/link.h"
#include "http/url.h"
#include "jsonapi/pagination_meta.h"

/* Query parameters by which pages are asked for; where a URL has none of them, the first is assumed. */
static const struct param_style {
  const char *place;
  const char *size;
  bool by_offset;
} param_styles[] = {
    {"page[number]", "page[size]", false},
    {"page[offset]", "page[limit]", true},
    {"page", "per_page", false},
    {"offset", "limit", true},
};

enum { PAGE_NUMBER, PAGE_OFFSET, BARE_PAGE, BARE_OFFSET, SPELLINGS };

static const char *const cursor_names[] = {"page[cursor]", "page[after]", "cursor", "after"};

enum {
  PAGE_CURSOR,
  PAGE_AFTER,
  BARE_CURSOR,
  CURSOR_NAMES = sizeof cursor_names / sizeof *cursor_names
};

/* All that is known while one answer is looked at. */
struct view {
  const struct pagination_answer *answer;
  struct json_value data;
  int64_t count; /* resources in it */
  bool is_list;
  struct pagination_meta figures;
  const struct param_style *param_style;
  int64_t place; /* number or offset in the answer's URL, -1 for none */
  int64_t asked; /* size of pages that the URL asks for, -1 for none */
};

/* Parameters of URLs */

static int64_t whole_parameter(const char *url, const char *name) {
  char room[24]; /* more digits make no number of ours */
  return json_whole_of_text(url_get_parameter(url, name, room, sizeof room));
}

static char *set_whole(const char *url, const char *name, int64_t whole) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, whole);
  return url_set_parameter(url, name, text);
}

static int64_t asked_size(const char *url) {
  for (size_t i = 0; i < SPELLINGS; i++) {
    int64_t size = whole_parameter(url, param_styles[i].size);
    if (size > 0) return size;
  }
  return -1;
}

/* The cursor parameter of a URL, NULL for none. */
static const char *cursor_parameter(const char *url) {
  for (size_t i = 0; i < CURSOR_NAMES; i++) {
    if (url_has_parameter(url, cursor_names[i])) return cursor_names[i];
  }
  return NULL;
}

/* The param_style whose place, or else whose size, is in the URL; NULL for neither. */
static const struct param_style *param_style_of(const char *url) {
  for (size_t i = 0; i < SPELLINGS; i++) {
    if (whole_parameter(url, param_styles[i].place) >= 0) return &param_styles[i];
  }
  for (size_t i = 0; i < SPELLINGS; i++) {
    if (url_has_parameter(url, param_styles[i].size)) return &param_styles[i];
  }
  return NULL;
}

static const struct param_style *choose_spelling(const char *url,
                                                 const struct pagination_meta *figures) {
  const struct param_style *param_style = param_style_of(url);
  if (param_style != NULL) return param_style;
  if (figures->offset >= 0) return &param_styles[PAGE_OFFSET];
  return &param_styles[figures->beside_data ? BARE_PAGE : PAGE_NUMBER];
}

static struct view view_of(const struct pagination_answer *answer) {
  struct view view = {
      .answer = answer,
      .data = json_member(answer->root, "data"),
      .figures = pagination_meta_read(answer->root, answer->total, answer->total_pages),
      .asked = asked_size(answer->url),
  };
  view.is_list = json_type(view.data) == JSON_ARRAY;
  view.count = view.is_list ? (int64_t)json_count(view.data) : 0;
  view.param_style = choose_spelling(answer->url, &view.figures);
  view.place = whole_parameter(answer->url, view.param_style->place);
  return view;
}

/* What pages begin and end with */

static uint64_t hash_value(uint64_t hash, struct json_value value) {
  struct json_content content = json_content(value);
  hash = hash_byte(hash, (unsigned char)content.type);
  if (content.type == JSON_INTEGER) return hash ^ (uint64_t)content.as.integer;
  if (content.type != JSON_STRING) return hash;
  for (size_t i = 0; i < content.length; i++)
    hash = hash_byte(hash, (unsigned char)content.as.string[i]);
  return hash;
}

/* A hash of a resource's type and id; 0 for what has none. */
static uint64_t hash_item(struct json_value item) {
  struct json_value id = json_member(item, "id");
  if (!json_exists(id)) return 0;
  uint64_t hash = hash_value(hash_value(HASH_START, json_member(item, "type")), id);
  return hash == 0 ? 1 : hash;
}

static struct json_value last_item(struct json_value data) {
  struct json_iterator items = json_iterate(data);
  struct json_value item = {0};
  while (json_next_item(&items, &item)) continue;
  return item;
}

/* The hash of the first resource; 0 for an empty page. */
static uint64_t hash_first_item(struct json_value data) {
  struct json_iterator items = json_iterate(data);
  struct json_value item;
  return json_type(data) == JSON_ARRAY && json_next_item(&items, &item) ? hash_item(item) : 0;
}

/* Numbers */

static int64_t first_number(const struct pagination *paging, const struct view *view) {
  return paging->from_zero || view->figures.number == 0 ||
                 (view->place == 0 && !view->param_style->by_offset)
             ? 0
             : 1;
}

/* How many resources lie before this page; exact for pages that were met in order from the start. */
static int64_t resources_before(const struct pagination *paging, const struct view *view) {
  if (view->param_style->by_offset && view->place >= 0) return view->place;
  if (view->figures.offset >= 0) return view->figures.offset;
  if (paging->pages > 0 || view->param_style->by_offset) return paging->passed;
  int64_t number = view->figures.number >= 0 ? view->figures.number : view->place;
  int64_t size = view->figures.size > 0 ? view->figures.size
                 : view->asked > 0      ? view->asked
                                        : view->count;
  int64_t pages = number - first_number(paging, view);
  return pages > 0 && size > 0 && pages <= JSON_WHOLE_MOST / size ? pages * size : 0;
}

/* The largest page says what is granted, unless it may be the last one. */
static int64_t granted_size(const struct pagination *paging, const struct view *view) {
  int64_t largest = paging->largest > view->count ? paging->largest : view->count;
  bool others_follow = view->figures.total > resources_before(paging, view) + view->count;
  if (largest > 0 && (paging->pages > 0 || others_follow)) return largest;
  if (view->figures.size > 0) return view->figures.size;
  if (view->asked > 0) return view->asked;
  return largest > 0 ? largest : -1;
}

/* The last page's number where the server counts pages; -1 where it does not. */
static int64_t last_stated(const struct pagination *paging, const struct view *view) {
  if (view->figures.last >= 0) return view->figures.last;
  if (view->figures.pages < 0) return -1;
  int64_t last = view->figures.pages - 1 + first_number(paging, view);
  return last > 0 ? last
                  : first_number(paging, view); /* an empty list has a first page all the same */
}

static int64_t number_of(const struct pagination *paging, const struct view *view) {
  if (view->figures.number >= 0) return view->figures.number;
  if (cursor_parameter(view->answer->url) != NULL) return -1;
  if (!view->param_style->by_offset)
    return view->place >= 0 ? view->place : first_number(paging, view);
  int64_t size = granted_size(paging, view);
  return size > 0 ? resources_before(paging, view) / size + first_number(paging, view) : -1;
}

/* Links */

/* The URL of a link, a string or an object with `href`; an empty one is none. */
static struct json_value link_href(struct json_value link) {
  struct json_value href = json_type(link) == JSON_OBJECT ? json_member(link, "href") : link;
  return json_type(href) == JSON_STRING && json_content(href).length > 0 ? href
                                                                         : (struct json_value){0};
}

/* Resolves a reference that is not terminated, or that holds a NUL and is no URL then. */
static char *resolve(const char *base, const char *reference, size_t length) {
  char *text = memchr(reference, '\0', length) == NULL ? strndup(reference, length) : NULL;
  char *url = text == NULL ? NULL : url_resolve(base, text);
  free(text);
  return url;
}

static enum pagination_step follow(const char *base, const char *reference, size_t length,
                                   char **next_url) {
  *next_url = resolve(base, reference, length);
  if (*next_url != NULL) return PAGINATION_STATED;
  *next_url = strndup(reference, length);
  return PAGINATION_BROKEN;
}

static enum pagination_step follow_value(const char *base, struct json_value href,
                                         char **next_url) {
  struct json_content content = json_content(href);
  return follow(base, content.as.string, content.length, next_url);
}

static bool has_page_links(struct json_value links) {
  return json_exists(json_member(links, "next")) || json_exists(json_member(links, "prev")) ||
         json_exists(json_member(links, "first")) || json_exists(json_member(links, "last"));
}

/* The rules. Each says whether it decides; if so `step` and `next_url` are set. */

typedef bool rule(struct pagination *paging, const struct view *view, enum pagination_step *step,
                  char **next_url);

/* Whether a link is of a kind that no link is: what is meant by it cannot be known. */
static bool is_nonsense(struct json_value link) {
  switch (json_type(link)) {
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_STRING: return false;
    case JSON_ARRAY: return json_count(link) > 0;
    case JSON_OBJECT: {
      enum json_type href = json_type(json_member(link, "href"));
      return href != JSON_STRING && href != JSON_NULL && href != JSON_ABSENT;
    }
    default: return true;
  }
}

static bool rule_body_link(struct pagination *paging, const struct view *view,
                           enum pagination_step *step, char **next_url) {
  struct json_value links = json_member(view->answer->root, "links");
  struct json_value href = link_href(json_member(links, "next"));
  if (is_nonsense(json_member(links, "next"))) {
    *step = PAGINATION_BROKEN;
    return true;
  }
  if (!json_exists(href)) href = link_href(view->figures.url);
  if (json_exists(href)) paging->linked = true;
  *step = json_exists(href) ? follow_value(view->answer->url, href, next_url) : PAGINATION_END;
  return json_exists(href) || has_page_links(links);
}

static bool rule_link_header(struct pagination *paging, const struct view *view,
                             enum pagination_step *step, char **next_url) {
  const char *header = view->answer->link, *target;
  size_t length;
  *step = PAGINATION_END;
  if (header == NULL) return false;
  if (link_find(header, "next", &target, &length)) {
    paging->linked = true;
    *step = follow(view->answer->url, target, length, next_url);
    return true;
  }
  return link_find(header, "prev", &target, &length) ||
         link_find(header, "first", &target, &length) ||
         link_find(header, "last", &target, &length);
}

static bool rule_list_only(struct pagination *paging, const struct view *view,
                           enum pagination_step *step, char **next_url) {
  (void)paging, (void)next_url;
  *step = PAGINATION_END;
  return !view->is_list;
}

static enum pagination_step made(char *url, enum pagination_step step) {
  return url == NULL ? PAGINATION_BROKEN : step;
}

/* Puts a token, text or a number, into the parameter that the URL uses for one, else into `usual`. */
static char *set_cursor(const char *url, const char *usual, struct json_value token) {
  const char *used = cursor_parameter(url);
  const char *name = used == NULL ? usual : used;
  struct json_content content = json_content(token);
  if (content.type == JSON_INTEGER) return set_whole(url, name, content.as.integer);
  if (strlen(content.as.string) != content.length) return NULL;
  return url_set_parameter(url, name, content.as.string);
}

static bool rule_cursor(struct pagination *paging, const struct view *view,
                        enum pagination_step *step, char **next_url) {
  (void)paging;
  const struct pagination_meta *figures = &view->figures;
  const char *usual = cursor_names[figures->beside_data ? BARE_CURSOR : PAGE_CURSOR];
  struct json_value token = figures->cursor;
  if (!json_exists(token) && figures->more && figures->number < 0) {
    token = figures->to;
    usual = cursor_names[PAGE_AFTER];
  }
  if (!json_exists(token)) return false;
  *next_url = set_cursor(view->answer->url, usual, token);
  *step = made(*next_url, PAGINATION_STATED);
  return true;
}

static bool rule_no_more(struct pagination *paging, const struct view *view,
                         enum pagination_step *step, char **next_url) {
  (void)paging, (void)next_url;
  *step = PAGINATION_END;
  return view->figures.no_more;
}

/* Whether the number of a next page is stated; some servers write 0 for none. */
static bool states_next(const struct pagination *paging, const struct view *view) {
  return view->figures.next > number_of(paging, view);
}

/* The cursor profile's token of the last item, `meta.page.cursor`. */
static struct json_value last_item_cursor(struct json_value data) {
  struct json_value item = last_item(data);
  struct json_value cursor = json_member(json_member(json_member(item, "meta"), "page"), "cursor");
  return json_type(cursor) == JSON_STRING ? cursor : (struct json_value){0};
}

/* The URL behind this one by number or offset. */
static char *count_on(const struct pagination *paging, const struct view *view) {
  const char *url = view->answer->url, *name = view->param_style->place;
  if (view->param_style->by_offset)
    return set_whole(url, name, resources_before(paging, view) + view->count);
  if (states_next(paging, view)) return set_whole(url, name, view->figures.next);
  return set_whole(url, name, (view->place >= 0 ? view->place : number_of(paging, view)) + 1);
}

/* The URL behind this one where none is given: by the cursor of the last item, else by counting on. */
static char *go_on(const struct pagination *paging, const struct view *view) {
  struct json_value cursor = last_item_cursor(view->data);
  return json_exists(cursor) ? set_cursor(view->answer->url, cursor_names[PAGE_AFTER], cursor)
                             : count_on(paging, view);
}

/* A page's number against the last one's. A number that stands still says that the server ignores what is asked. */
static bool rule_number(struct pagination *paging, const struct view *view,
                        enum pagination_step *step, char **next_url) {
  int64_t number = number_of(paging, view), last = last_stated(paging, view);
  bool more_stated = states_next(paging, view) || view->figures.more;
  *step = PAGINATION_END;
  if (!more_stated && (last < 0 || number < 0)) return false;
  if (!more_stated && number >= last) return true;
  if (view->param_style->by_offset && view->count == 0) return true;
  bool stands_still =
      paging->pages > 0 && view->figures.number >= 0 && view->figures.number <= paging->number;
  *next_url = stands_still ? strdup(view->answer->url) : go_on(paging, view);
  *step = made(*next_url, stands_still ? PAGINATION_LOOP : PAGINATION_STATED);
  return true;
}

static bool rule_total(struct pagination *paging, const struct view *view,
                       enum pagination_step *step, char **next_url) {
  if (view->figures.total < 0 || cursor_parameter(view->answer->url) != NULL) return false;
  *step = PAGINATION_END;
  if (view->count == 0 || resources_before(paging, view) + view->count >= view->figures.total)
    return true;
  *next_url = go_on(paging, view);
  *step = made(*next_url, PAGINATION_STATED);
  return true;
}

/*
** Whether the page is as large as pages get. Of the first page that can only be doubted: shorter than asked, it may be
** a server's limit, which some repeat as if they had granted what was asked; larger than asked, nothing is paged.
*/
static bool is_full(const struct pagination *paging, const struct view *view) {
  int64_t stated = view->figures.size;
  if (view->count == 0) return false;
  if (paging->pages > 0) return view->count >= paging->largest;
  if (stated > 0 && stated != view->asked) return view->count >= stated;
  return view->asked < 0 || view->count <= view->asked;
}

static bool rule_guess(struct pagination *paging, const struct view *view,
                       enum pagination_step *step, char **next_url) {
  bool by_cursor = cursor_parameter(view->answer->url) != NULL;
  *step = PAGINATION_END;
  if (paging->linked || !is_full(paging, view) ||
      (by_cursor && !json_exists(last_item_cursor(view->data))))
    return true;
  *next_url = go_on(paging, view);
  *step = made(*next_url, PAGINATION_GUESSED);
  return true;
}

static rule *const rules[] = {rule_body_link, rule_link_header, rule_list_only, rule_cursor,
                              rule_no_more,   rule_number,      rule_total,     rule_guess};

/* The pollfd */

void pagination_free(struct pagination *paging) {
  url_set_free(&paging->seen);
  url_set_free(&paging->contents);
  *paging = (struct pagination){0};
}

static void remember_page(struct pagination *paging, const struct view *view) {
  paging->passed = resources_before(paging, view) + view->count;
  paging->from_zero = first_number(paging, view) == 0;
  if (view->count > paging->largest) paging->largest = view->count;
  paging->number = view->figures.number;
  paging->first_item = hash_first_item(view->data);
  paging->pages++;
}

enum pagination_step pagination_next(struct pagination *paging,
                                     const struct pagination_answer *answer, char **next_url) {
  struct view view = view_of(answer);
  enum pagination_step step = PAGINATION_END;
  bool was_there;
  *next_url = NULL;
  if (!url_set_add(&paging->seen, answer->url, &was_there)) return PAGINATION_BROKEN;
  for (size_t i = 0; !rules[i](paging, &view, &step, next_url); i++)
    continue; /* the last one always decides */
  remember_page(paging, &view);
  if (step != PAGINATION_STATED && step != PAGINATION_GUESSED) return step;
  if (!url_set_add(&paging->seen, *next_url, &was_there)) return PAGINATION_BROKEN;
  return was_there ? PAGINATION_LOOP : step;
}

bool pagination_repeats(const struct pagination *paging, const struct pagination_answer *answer) {
  uint64_t first_item = hash_first_item(json_member(answer->root, "data"));
  return first_item != 0 && first_item == paging->first_item;
}

bool pagination_returns(struct pagination *paging, const struct pagination_answer *answer) {
  struct json_value data = json_member(answer->root, "data");
  uint64_t first = hash_first_item(data), last = first != 0 ? hash_item(last_item(data)) : 0;
  char text[64];
  bool was_there = false;
  if (first == 0 || last == 0 || json_count(data) < 2)
    return false; /* one may come again when lists change */
  snprintf(text, sizeof text, "%016" PRIx64 ".%016" PRIx64 ".%zu", first, last, json_count(data));
  return url_set_add(&paging->contents, text, &was_there) && was_there;
}

/* The last page's number by the link to it. */
static int64_t last_linked(const struct pagination *paging, const struct view *view) {
  struct json_value links = json_member(view->answer->root, "links");
  struct json_content href = json_content(link_href(json_member(links, "last")));
  const char *header = view->answer->link, *target = href.as.string;
  size_t length = href.length;
  bool linked =
      href.type == JSON_STRING || (header != NULL && link_find(header, "last", &target, &length));
  if (!linked) return -1;
  char *url = resolve(view->answer->url, target, length);
  const struct param_style *param_style = url == NULL ? NULL : param_style_of(url);
  int64_t place = param_style == NULL ? -1 : whole_parameter(url, param_style->place);
  int64_t size = granted_size(paging, view);
  free(url);
  if (place < 0 || !param_style->by_offset) return place;
  return size > 0 ? place / size + first_number(paging, view) : -1;
}

static int64_t last_by_total(const struct pagination *paging, const struct view *view) {
  int64_t size = granted_size(paging, view), total = view->figures.total;
  if (size <= 0 || total < 0) return -1;
  int64_t pages = total / size + (total % size != 0);
  return (pages > 0 ? pages : 1) - 1 + first_number(paging, view);
}

struct pagination_facts pagination_facts(const struct pagination *paging,
                                         const struct pagination_answer *answer) {
  struct view view = view_of(answer);
  struct pagination_facts facts = {
      .number = number_of(paging, &view),
      .last = last_stated(paging, &view),
      .total = view.figures.total,
      .size = granted_size(paging, &view),
  };
  if (facts.last < 0) facts.last = last_linked(paging, &view);
  if (facts.last < 0 && facts.number >= 0) facts.last = last_by_total(paging, &view);
  return facts;
}

char *pagination_ahead(const char *url, const char *next_url, int64_t ahead) {
  const struct param_style *param_style = param_style_of(next_url);
  if (param_style == NULL || cursor_parameter(next_url) != NULL) return NULL;
  int64_t next = whole_parameter(next_url, param_style->place),
          here = whole_parameter(url, param_style->place);
  int64_t step = param_style->by_offset ? next - (here > 0 ? here : 0) : 1;
  if (next <= 0 || step <= 0 || (here >= 0 && next <= here) || ahead > (INT64_MAX - next) / step)
    return NULL;
  return set_whole(next_url, param_style->place, next + (ahead - 1) * step);
}
