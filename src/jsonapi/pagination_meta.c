/*
** pagination_meta.c: reads a response's pagination metadata.
**
** It searches objects: those in `meta`, those beside `data`, `meta` itself and the document's root.
** The first value that is found for a slot counts.
*/
#include "jsonapi/pagination_meta.h"

#include <string.h>

#include "base/text.h"
#include "jsonapi/cursor_name.h"
#include "jsonapi/next_name.h"
#include "jsonapi/page_links.h"
#include "jsonapi/page_name.h"

/* The first value found for each slot. */
struct findings {
  struct json_value values[SLOTS];
  const char *parameters[SLOTS]; /* the query parameters for offsets and cursors; NULL: unknown */
  bool may_echo;                 /* the value for SLOT_CURSOR may be the request's */
  const char *unread;            /* a name that states a next page; NULL if there is none */
  size_t unread_length;
};

static void store_for(struct findings *findings, enum page_slot slot, struct json_value value,
                      const char *parameter) {
  if (json_exists(findings->values[slot])) return;
  findings->values[slot] = value;
  findings->parameters[slot] = parameter;
}

static void store(struct findings *findings, enum page_slot slot, struct json_value value) {
  store_for(findings, slot, value, NULL);
}

/* Whether a text is a URL or a reference to a path or query. */
static bool is_reference(struct json_value value) {
  struct json_content text = json_content(value);
  return text.type == JSON_STRING && text.length > 0 &&
         (text.as.string[0] == '/' || text.as.string[0] == '?' ||
          strncmp(text.as.string, "http", 4) == 0);
}

/* Stores the next page's URL: `next` itself, or the first of these members of it. */
static bool store_reference(struct json_value next, struct findings *findings) {
  static const char *const names[] = {"href", "url", "uri", "path", "link"};
  if (is_reference(next)) store(findings, SLOT_URL, next);
  for (size_t i = 0; !json_exists(findings->values[SLOT_URL]) && i < sizeof names / sizeof *names;
       i++) {
    struct json_value value = json_member(next, names[i]);
    if (is_reference(value)) store(findings, SLOT_URL, value);
  }
  return json_exists(findings->values[SLOT_URL]);
}

/* Stores the cursor of an object `cursors` or `cursor`, if it has one. */
static bool store_cursor(struct json_value cursors, enum member_place place,
                         struct findings *findings) {
  struct json_value next = json_member(cursors, "next"), after = json_member(cursors, "after");
  struct json_value cursor = json_exists(next) ? next : after;
  bool in_meta = place == PLACE_META || place == PLACE_META_OBJECT;
  if (json_type(cursors) != JSON_OBJECT || !page_name_fits(SLOT_CURSOR, cursor)) return false;
  if (json_exists(next))
    store_for(findings, SLOT_CURSOR, cursor, in_meta ? "page[cursor]" : "cursor");
  else
    store_for(findings, SLOT_CURSOR, cursor, in_meta ? "page[after]" : "after");
  return true;
}

/* Stores a member whose name is that of a cursor. Returns false if it is not one here. */
static bool store_named_cursor(const struct cursor_name *cursor, const char *name, size_t length,
                               struct json_value value, enum member_place place,
                               struct findings *findings) {
  const char *parameter = cursor_name_parameter(cursor, name, length, place);
  bool is_none = json_type(value) == JSON_NULL || json_type(value) == JSON_FALSE;
  if (!page_name_fits(SLOT_CURSOR, value)) return false;
  if (cursor->kind == CURSOR_OF_END) {
    if (!is_none) store_for(findings, SLOT_END_CURSOR, value, parameter);
    return true;
  }
  if (cursor->kind == CURSOR_OF_EITHER && (place == PLACE_META || is_none)) return false;
  if (cursor->brief && is_none) {
    store(findings, SLOT_NO_CURSOR, value);
    return true;
  }
  if (!json_exists(findings->values[SLOT_CURSOR]))
    findings->may_echo = cursor->kind != CURSOR_OF_NEXT;
  store_for(findings, SLOT_CURSOR, value, parameter);
  return true;
}

/* Stores the cursor of an object `next`, whose members are query parameters. */
static bool store_parameters(struct json_value next, struct findings *findings) {
  struct json_iterator members = json_iterate_object(next);
  char plain[PAGE_NAME_SIZE];
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    const struct cursor_name *cursor =
        page_name_plain(name, length, plain) ? cursor_name_find(plain) : NULL;
    if (cursor != NULL && json_type(value) == JSON_STRING)
      return store_named_cursor(cursor, name, length, value, PLACE_ROOT_OBJECT, findings);
  }
  return false;
}

/* Whether a member's name and type show that its object is about pages. */
static bool is_telltale(const char *plain, struct json_value value) {
  const struct page_name *known = page_name_find(plain, value);
  const struct cursor_name *cursor = cursor_name_find(plain);
  if (known != NULL && known->telltale && page_name_fits(known->slot, value)) return true;
  return cursor != NULL && cursor->telltale && page_name_fits(SLOT_CURSOR, value);
}

/* Whether a member has the document's resources, so that its name says nothing about pages. */
static bool has_resources(const char *name, size_t length) {
  return text_is(name, length, "data") || text_is(name, length, "included");
}

static bool is_about_pages(struct json_value object) {
  struct json_iterator members = json_iterate_object(object);
  char plain[PAGE_NAME_SIZE];
  const char *name;
  size_t length;
  struct json_value value;
  bool has_before = false, has_after = false;
  while (json_next_member(&members, &name, &length, &value)) {
    if (has_resources(name, length) || !page_name_plain(name, length, plain)) continue;
    if (is_telltale(plain, value)) return true;
    bool is_cursor = json_type(value) == JSON_STRING || json_type(value) == JSON_NULL;
    if (is_cursor && strcmp(plain, "before") == 0) has_before = true;
    if (is_cursor && strcmp(plain, "after") == 0) has_after = true;
  }
  return has_before && has_after;
}

/* Whether a value states something: it is neither null, false, 0 nor empty. */
static bool is_something(struct json_value value) {
  struct json_content content = json_content(value);
  switch (content.type) {
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_FALSE: return false;
    case JSON_TRUE: return true;
    case JSON_STRING:
    case JSON_ARRAY:
    case JSON_OBJECT: return content.length > 0;
    default: return json_whole(value) != 0;
  }
}

/* Records the first member whose name states a next page, unless its value states none. */
static void note_unread(const char *name, size_t length, struct json_value value,
                        struct findings *findings) {
  if (findings->unread != NULL || !next_name_is(name, length) || !is_something(value)) return;
  findings->unread = name;
  findings->unread_length = length;
}

/* What is searched: an object, where it is, and whether it is about pages. */
struct place {
  struct json_value object;
  enum member_place where;
  bool about_pages;
};

/* Whether a name is used at a place. `start` and `index` are too common beside data. */
static bool is_used(const struct page_name *known, const struct place *place) {
  bool is_within = place->where == PLACE_META_OBJECT || place->where == PLACE_ROOT_OBJECT;
  if (known == NULL || (known->brief && !place->about_pages)) return false;
  return known->slot != SLOT_OFFSET || !known->brief || is_within;
}

/* Stores a next page that is neither a number nor none: its URL, parameters or token. */
static bool store_next(const char *plain, struct json_value next, const struct place *place,
                       struct findings *findings) {
  bool is_token = json_type(next) == JSON_STRING && json_content(next).length > 0;
  if (store_reference(next, findings) || store_parameters(next, findings)) return true;
  if (is_token && strcmp(plain, "nextpage") == 0) {
    store_for(findings, SLOT_CURSOR, next, "page");
    return true;
  }
  struct json_value has_next = json_member(place->object, "hasNext");
  if (is_token && place->where == PLACE_ROOT && json_type(has_next) == JSON_TRUE) {
    store_for(findings, SLOT_CURSOR, next, "offset");
    return true;
  }
  return false;
}

/* Stores the next page of `links` in an object, which is an object or an array. */
static bool store_links(struct json_value links, struct findings *findings) {
  struct json_value href = page_links_href(page_links_find(links, "next"));
  if (is_reference(href)) store(findings, SLOT_URL, href);
  return is_reference(href);
}

/* Stores a member under one of the known names. Returns false if it has none, or another type. */
static bool store_known(const char *plain, struct json_value value, const struct place *place,
                        struct findings *findings) {
  const struct page_name *known = page_name_find(plain, value);
  bool is_next = known != NULL && known->slot == SLOT_NEXT;
  if (is_used(known, place) && page_name_fits(known->slot, value)) {
    store_for(findings, known->slot, value, known->parameter);
    return true;
  }
  if (is_used(known, place) && is_next) return store_next(plain, value, place, findings);
  if (is_next && place->where == PLACE_ROOT && json_type(value) == JSON_NULL)
    store(findings, SLOT_NO_CURSOR, value);
  return is_next && (place->where == PLACE_ROOT || place->where == PLACE_META) &&
         is_reference(value) && store_reference(value, findings);
}

/* Stores a member of an object for an empty slot, or records that it is not understood. */
static void search_member(const char *name, size_t length, struct json_value value,
                          const struct place *place, struct findings *findings) {
  char plain[PAGE_NAME_SIZE];
  bool is_plain = page_name_plain(name, length, plain);
  const struct cursor_name *cursor = is_plain ? cursor_name_find(plain) : NULL;
  if (is_plain && store_known(plain, value, place, findings)) return;
  if (is_plain && (strcmp(plain, "cursors") == 0 || strcmp(plain, "cursor") == 0) &&
      store_cursor(value, place->where, findings))
    return;
  if (cursor != NULL && (place->about_pages || !cursor->brief) &&
      store_named_cursor(cursor, name, length, value, place->where, findings))
    return;
  if (is_plain && strcmp(plain, "links") == 0 && place->where != PLACE_ROOT &&
      store_links(value, findings))
    return;
  note_unread(name, length, value, findings);
}

static void search(struct json_value object, enum member_place where, bool about_pages,
                   struct findings *findings) {
  if (json_type(object) != JSON_OBJECT) return;
  const struct place place = {object, where, about_pages};
  struct json_iterator members = json_iterate(object);
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value))
    if (!has_resources(name, length)) search_member(name, length, value, &place, findings);
}

/* Names of objects that are about pages. */
static const char *const page_objects[] = {"page", "pagination", "paging", "pages"};

/* Searches the objects in `object` that are about pages by their names. */
static void search_named(struct json_value object, enum member_place where,
                         struct findings *findings) {
  for (size_t i = 0; i < sizeof page_objects / sizeof *page_objects; i++)
    search(json_member(object, page_objects[i]), where, true, findings);
}

/*
** Whether members of the object with this name are read, or are known to say nothing about pages.
*/
static bool is_understood(const char *name, size_t length) {
  static const char *const others[] = {"meta",    "links",  "_links", "cursor",
                                       "cursors", "errors", "jsonapi"};
  for (size_t i = 0; i < sizeof page_objects / sizeof *page_objects; i++)
    if (text_is(name, length, page_objects[i])) return true;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (text_is(name, length, others[i])) return true;
  return has_resources(name, length);
}

/* Records a member that states a next page of an object that is not about pages. */
static void search_unread(struct json_value object, struct findings *findings) {
  struct json_iterator members = json_iterate_object(object);
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value))
    note_unread(name, length, value, findings);
}

/*
** Searches the objects in `object` that are about pages by their names or by their members, and
** others for a statement that is not understood.
*/
static void search_within(struct json_value object, enum member_place where,
                          struct findings *findings) {
  search_named(object, where, findings);
  struct json_iterator members = json_iterate_object(object);
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    if (is_about_pages(value))
      search(value, where, true, findings);
    else if (!is_understood(name, length))
      search_unread(value, findings);
  }
}

static struct findings find_in_meta(struct json_value root) {
  struct json_value meta = json_member(root, "meta");
  struct findings found = {0};
  search_within(meta, PLACE_META_OBJECT, &found);
  search(meta, PLACE_META, is_about_pages(meta), &found);
  return found;
}

/* Searches also two levels below the root, for example in `metadata.paging`. */
static struct findings find_beside_data(struct json_value root) {
  struct findings found = {0};
  search_within(root, PLACE_ROOT_OBJECT, &found);
  struct json_iterator members = json_iterate_object(root);
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    bool is_meta = length == 4 && memcmp(name, "meta", 4) == 0;
    if (json_type(value) == JSON_OBJECT && !is_meta) search_named(value, PLACE_ROOT_OBJECT, &found);
  }
  search(root, PLACE_ROOT, is_about_pages(root), &found);
  return found;
}

/* Adds the values that only `more` has. Returns whether there are any. */
static bool merge(struct findings *findings, const struct findings *more) {
  bool added = false;
  if (!json_exists(findings->values[SLOT_CURSOR])) findings->may_echo = more->may_echo;
  if (findings->unread == NULL) {
    findings->unread = more->unread;
    findings->unread_length = more->unread_length;
  }
  for (size_t i = 0; i < SLOTS; i++) {
    if (json_exists(findings->values[i]) || !json_exists(more->values[i])) continue;
    findings->values[i] = more->values[i];
    findings->parameters[i] = more->parameters[i];
    added = true;
  }
  return added;
}

/*
** Some servers call the total `count`, others the number of this page's resources. If both are
** equal, `count` is ambiguous and ignored. Graphiti has `meta.stats.total.count`. If the total is
** in `meta.results`, `meta.page.total` is the number of pages.
*/
static int64_t find_total(struct json_value root, const struct findings *findings) {
  struct json_value meta = json_member(root, "meta");
  struct json_value statistics = json_member(meta, "stats");
  int64_t total = json_whole(json_member(json_member(meta, "results"), "total"));
  if (total < 0) total = json_whole(findings->values[SLOT_FILTERED]);
  if (total < 0) total = json_whole(findings->values[SLOT_TOTAL]);
  if (total < 0) total = json_whole(json_member(json_member(statistics, "total"), "count"));
  if (total >= 0) return total;
  int64_t count = json_whole(findings->values[SLOT_COUNT]);
  return count == (int64_t)json_count(json_member(root, "data")) ? -1 : count;
}

static int64_t find_pages(struct json_value root, const struct findings *findings) {
  struct json_value meta = json_member(root, "meta");
  bool has_total = json_whole(json_member(json_member(meta, "results"), "total")) >= 0;
  int64_t pages = json_whole(findings->values[SLOT_PAGES]);
  if (pages >= 0 || !has_total) return pages;
  return json_whole(json_member(json_member(meta, "page"), "total"));
}

/*
** Returns the query parameter of this page's number or offset; NULL if the names do not show it.
** `meta.pagination` with a count of pages, or with `start`, is Strapi's.
*/
static const char *find_position(struct json_value root, const struct findings *findings) {
  struct json_value pagination = json_member(json_member(root, "meta"), "pagination");
  if (json_whole(json_member(pagination, "pageCount")) >= 0) return "pagination[page]";
  if (json_whole(json_member(pagination, "start")) >= 0) return "pagination[start]";
  const char *parameter = findings->parameters[SLOT_OFFSET];
  return parameter != NULL ? parameter : findings->parameters[SLOT_NEXT_OFFSET];
}

static bool is_object_list(struct json_value root) {
  struct json_content content = json_content(json_member(root, "object"));
  return content.type == JSON_STRING && content.length == 4 &&
         memcmp(content.as.string, "list", 4) == 0;
}

/* Whether the slot states that there is no next page: null, false, or an empty text. */
static bool states_none(const struct findings *findings, enum page_slot slot) {
  struct json_content content = json_content(findings->values[slot]);
  return content.type == JSON_NULL || content.type == JSON_FALSE ||
         (content.type == JSON_STRING && content.length == 0);
}

static struct json_value unless_none(const struct findings *findings, enum page_slot slot) {
  return states_none(findings, slot) ? (struct json_value){0} : findings->values[slot];
}

/* Copies a name, cut to the size of `copy`; "" for NULL. */
static void copy_name(const char *name, size_t length, char copy[PAGINATION_META_NAME]) {
  if (name == NULL) length = 0;
  if (length >= PAGINATION_META_NAME) length = PAGINATION_META_NAME - 1;
  if (length > 0) memcpy(copy, name, length);
  copy[length] = '\0';
}

/* Returns the total in a Content-Range header such as `items 0-9/67`; -1 if it has none. */
static int64_t total_of_range(const char *range) {
  const char *slash = range == NULL ? NULL : strrchr(range, '/');
  return slash == NULL || strncmp(range, "bytes", 5) == 0 ? -1 : json_whole_of_text(slash + 1);
}

static void read_headers(const struct pagination_headers *headers, struct pagination_meta *meta) {
  const char *next = headers->next_page;
  if (meta->total < 0) meta->total = json_whole_of_text(headers->total);
  if (meta->total < 0) meta->total = total_of_range(headers->content_range);
  if (meta->pages < 0) meta->pages = json_whole_of_text(headers->total_pages);
  if (meta->next < 0) meta->next = json_whole_of_text(next);
  bool is_none = next != NULL && next[0] == '\0';
  if (is_none || (headers->cursor != NULL && headers->cursor[0] == '\0')) meta->no_next = true;
  if (meta->unread[0] == '\0') copy_name(headers->unread, headers->unread_length, meta->unread);
}

/* Sets the cursor of the next page, and its parameter. */
static void set_cursor(struct pagination_meta *meta, const struct findings *found) {
  meta->cursor = unless_none(found, SLOT_CURSOR);
  meta->cursor_parameter = found->parameters[SLOT_CURSOR];
  meta->cursor_may_echo = found->may_echo;
  if (json_exists(found->values[SLOT_CURSOR]) || !meta->more) return;
  meta->cursor = found->values[SLOT_END_CURSOR];
  meta->cursor_parameter = found->parameters[SLOT_END_CURSOR];
  bool is_id = meta->cursor_parameter != NULL && strcmp(meta->cursor_parameter, "after_id") == 0;
  if (is_id && meta->is_object_list) meta->cursor_parameter = "after";
}

struct pagination_meta pagination_meta_read(struct json_value root,
                                            const struct pagination_headers *headers) {
  struct findings found = find_in_meta(root), beside = find_beside_data(root);
  bool beside_data = merge(&found, &beside);
  enum json_type more = json_type(found.values[SLOT_MORE]),
                 last = json_type(found.values[SLOT_IS_LAST]);
  struct pagination_meta result = {
      .number = json_whole(found.values[SLOT_NUMBER]),
      .last = json_whole(found.values[SLOT_LAST]),
      .pages = find_pages(root, &found),
      .next = json_whole(found.values[SLOT_NEXT]),
      .total = find_total(root, &found),
      .size = json_whole(found.values[SLOT_SIZE]),
      .offset = json_whole(found.values[SLOT_OFFSET]),
      .next_offset = json_whole(found.values[SLOT_NEXT_OFFSET]),
      .position = find_position(root, &found),
      .to = found.values[SLOT_TO],
      .url = unless_none(&found, SLOT_URL),
      .more = more == JSON_TRUE || (more == JSON_ABSENT && last == JSON_FALSE),
      .no_more = more == JSON_FALSE || (more == JSON_ABSENT && last == JSON_TRUE),
      .no_next = states_none(&found, SLOT_NEXT) || states_none(&found, SLOT_CURSOR) ||
                 states_none(&found, SLOT_URL),
      .may_be_last = json_exists(found.values[SLOT_NO_CURSOR]),
      .is_object_list = is_object_list(root),
      .beside_data = beside_data,
  };
  set_cursor(&result, &found);
  copy_name(found.unread, found.unread_length, result.unread);
  read_headers(headers, &result);
  return result;
}
