/*
** pagination_meta.c: reads a response's pagination metadata.
**
** It searches objects: those in `meta`, those beside `data`, `meta` itself and the document's root.
** The first value that is found for a slot counts.
*/
#include "jsonapi/pagination_meta.h"

#include <string.h>

#include "jsonapi/next_name.h"

enum slot { NUMBER, LAST, PAGES, NEXT, TOTAL, COUNT, SIZE, OFFSET, CURSOR, TO, URL, MORE, SLOTS };

/* The first value found for each slot. */
struct findings {
  struct json_value values[SLOTS];
  bool is_after;      /* the value for CURSOR is for the parameter `after` */
  const char *unread; /* a name that states a next page; NULL if there is none */
  size_t unread_length;
};

/* Size of the longest name below, with its NUL. */
#define PLAIN_NAME 20

/* Names in lower case, without `_` and `-`. */
static const struct known_name {
  char name[PLAIN_NAME];
  enum slot slot;
  bool telltale; /* an object with this name is about pages, whatever the object's own name */
  bool brief;    /* means pages only in an object about pages */
} known_names[] = {
    {"currentpage", NUMBER, true, false},
    {"pagenumber", NUMBER, false, false},
    {"page", NUMBER, false, false},
    {"number", NUMBER, false, true},
    {"current", NUMBER, false, true},
    {"lastpage", LAST, false, false},
    {"last", LAST, false, true},
    {"totalpages", PAGES, false, false},
    {"pagecount", PAGES, false, false},
    {"pages", PAGES, false, false},
    {"nextpage", NEXT, false, false},
    {"next", NEXT, false, true},
    {"total", TOTAL, false, false},
    {"totalcount", TOTAL, false, false},
    {"totalitems", TOTAL, false, false},
    {"totalelements", TOTAL, false, false},
    {"totalrecords", TOTAL, false, false},
    {"totalresources", TOTAL, false, false},
    {"totalresourcecount", TOTAL, false, false},
    {"recordcount", TOTAL, false, false},
    {"records", TOTAL, false, true},
    {"count", COUNT, false, false},
    {"perpage", SIZE, false, false},
    {"pagesize", SIZE, false, false},
    {"size", SIZE, false, true},
    {"limit", SIZE, false, false},
    {"offset", OFFSET, false, false},
    {"nextcursor", CURSOR, true, false},
    {"to", TO, false, true},
    {"nextpageurl", URL, true, false},
    {"nextpagelink", URL, true, false},
    {"nexturl", URL, true, false},
    {"nexturi", URL, true, false},
    {"nexthref", URL, true, false},
    {"nextlink", URL, true, false},
    {"hasmore", MORE, true, false},
    {"hasnext", MORE, true, false},
    {"hasnextpage", MORE, true, false},
    {"more", MORE, true, false},
};

/*
** Writes the name in lower case, without `_` and `-`. Returns false if it is longer than any known
** one.
*/
static bool plain_name(const char *name, size_t length, char plain[PLAIN_NAME]) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) {
    char character = name[i];
    if (character == '_' || character == '-') continue;
    if (count == PLAIN_NAME - 1) return false;
    plain[count++] =
        character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
  }
  plain[count] = '\0';
  return true;
}

static const struct known_name *find_name(const char *plain) {
  for (size_t i = 0; i < sizeof known_names / sizeof *known_names; i++) {
    if (strcmp(plain, known_names[i].name) == 0) return &known_names[i];
  }
  return NULL;
}

/*
** Whether the value's type suits the slot: `meta.page`, for example, may be a number or an object.
*/
static bool fits(enum slot slot, struct json_value value) {
  enum json_type type = json_type(value);
  switch (slot) {
    case MORE: return type == JSON_TRUE || type == JSON_FALSE;
    case CURSOR:
      return type == JSON_STRING || type == JSON_NULL || type == JSON_FALSE ||
             json_whole(value) >= 0;
    case URL: return type == JSON_STRING || type == JSON_NULL || type == JSON_FALSE;
    case TO: return type == JSON_STRING || type == JSON_INTEGER;
    case NEXT: return type == JSON_NULL || type == JSON_FALSE || json_whole(value) >= 0;
    default: return json_whole(value) >= 0;
  }
}

static void store(struct findings *findings, enum slot slot, struct json_value value) {
  if (!json_exists(findings->values[slot])) findings->values[slot] = value;
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
  if (is_reference(next)) store(findings, URL, next);
  for (size_t i = 0; !json_exists(findings->values[URL]) && i < sizeof names / sizeof *names; i++) {
    struct json_value value = json_member(next, names[i]);
    if (is_reference(value)) store(findings, URL, value);
  }
  return json_exists(findings->values[URL]);
}

/* Stores the cursor of an object `cursors` or `cursor`, if it has one. */
static bool store_cursor(struct json_value cursors, struct findings *findings) {
  struct json_value next = json_member(cursors, "next"), after = json_member(cursors, "after");
  struct json_value cursor = json_exists(next) ? next : after;
  if (json_type(cursors) != JSON_OBJECT || !fits(CURSOR, cursor)) return false;
  if (json_exists(findings->values[CURSOR])) return true;
  findings->values[CURSOR] = cursor;
  findings->is_after = !json_exists(next);
  return true;
}

static bool is_about_pages(struct json_value object) {
  struct json_iterator members =
      json_type(object) == JSON_OBJECT ? json_iterate(object) : (struct json_iterator){0};
  char plain[PLAIN_NAME];
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    const struct known_name *known = plain_name(name, length, plain) ? find_name(plain) : NULL;
    if (known != NULL && known->telltale && fits(known->slot, value)) return true;
  }
  return false;
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

/*
** Stores a member of an object for an empty slot. Uses brief names only if the object is about
** pages.
*/
static void search_member(const char *name, size_t length, struct json_value value,
                          bool about_pages, struct findings *findings) {
  char plain[PLAIN_NAME];
  bool is_plain = plain_name(name, length, plain);
  const struct known_name *known = is_plain ? find_name(plain) : NULL;
  bool is_used = known != NULL && (about_pages || !known->brief);
  if (is_used && fits(known->slot, value)) {
    store(findings, known->slot, value);
    return;
  }
  if (is_used && known->slot == NEXT && store_reference(value, findings)) return;
  if (is_plain && (strcmp(plain, "cursors") == 0 || strcmp(plain, "cursor") == 0) &&
      store_cursor(value, findings))
    return;
  if (findings->unread == NULL && next_name_is(name, length) && is_something(value)) {
    findings->unread = name;
    findings->unread_length = length;
  }
}

static void search(struct json_value object, bool about_pages, struct findings *findings) {
  if (json_type(object) != JSON_OBJECT) return;
  struct json_iterator members = json_iterate(object);
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value))
    search_member(name, length, value, about_pages, findings);
}

/* Searches the objects in `object` that are about pages by their names or by their members. */
static void search_within(struct json_value object, struct findings *findings) {
  static const char *const names[] = {"page", "pagination", "paging"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    search(json_member(object, names[i]), true, findings);
  struct json_iterator members =
      json_type(object) == JSON_OBJECT ? json_iterate(object) : (struct json_iterator){0};
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    if (is_about_pages(value)) search(value, true, findings);
  }
}

static struct findings find_in_meta(struct json_value root) {
  struct json_value meta = json_member(root, "meta");
  struct findings found = {0};
  search_within(meta, &found);
  search(meta, is_about_pages(meta), &found);
  store_reference(json_member(json_member(meta, "links"), "next"), &found);
  return found;
}

static struct findings find_beside_data(struct json_value root) {
  struct findings found = {0};
  search_within(root, &found);
  search(root, is_about_pages(root), &found);
  return found;
}

/* Adds the values that only `more` has. Returns whether there are any. */
static bool merge(struct findings *findings, const struct findings *more) {
  bool added = false;
  if (!json_exists(findings->values[CURSOR])) findings->is_after = more->is_after;
  if (findings->unread == NULL) {
    findings->unread = more->unread;
    findings->unread_length = more->unread_length;
  }
  for (size_t i = 0; i < SLOTS; i++) {
    if (json_exists(findings->values[i]) || !json_exists(more->values[i])) continue;
    findings->values[i] = more->values[i];
    added = true;
  }
  return added;
}

/*
** Some servers call the total `count`, others the number of this page's resources. If both are
** equal, `count` is ambiguous and ignored. Graphiti has `meta.stats.total.count`.
*/
static int64_t find_total(struct json_value root, const struct findings *findings) {
  struct json_value statistics = json_member(json_member(root, "meta"), "stats");
  int64_t total = json_whole(findings->values[TOTAL]);
  if (total < 0) total = json_whole(json_member(json_member(statistics, "total"), "count"));
  if (total >= 0) return total;
  int64_t count = json_whole(findings->values[COUNT]);
  return count == (int64_t)json_count(json_member(root, "data")) ? -1 : count;
}

/* Whether the slot states that there is no next page: null, false, or an empty text. */
static bool states_none(const struct findings *findings, enum slot slot) {
  struct json_content content = json_content(findings->values[slot]);
  return content.type == JSON_NULL || content.type == JSON_FALSE ||
         (content.type == JSON_STRING && content.length == 0);
}

static struct json_value unless_none(const struct findings *findings, enum slot slot) {
  return states_none(findings, slot) ? (struct json_value){0} : findings->values[slot];
}

/* Copies the name of the unread member, cut to the size of `name`. */
static void copy_unread(const struct findings *findings, char name[PAGINATION_META_NAME]) {
  size_t length = findings->unread == NULL ? 0 : findings->unread_length;
  if (length >= PAGINATION_META_NAME) length = PAGINATION_META_NAME - 1;
  if (length > 0) memcpy(name, findings->unread, length);
  name[length] = '\0';
}

struct pagination_meta pagination_meta_read(struct json_value root, const char *total,
                                            const char *total_pages) {
  struct findings found = find_in_meta(root), beside = find_beside_data(root);
  bool cursor_is_beside = !json_exists(found.values[CURSOR]);
  bool beside_data = merge(&found, &beside);
  struct pagination_meta result = {
      .number = json_whole(found.values[NUMBER]),
      .last = json_whole(found.values[LAST]),
      .pages = json_whole(found.values[PAGES]),
      .next = json_whole(found.values[NEXT]),
      .total = find_total(root, &found),
      .size = json_whole(found.values[SIZE]),
      .offset = json_whole(found.values[OFFSET]),
      .cursor = unless_none(&found, CURSOR),
      .cursor_is_after = found.is_after,
      .cursor_is_beside = cursor_is_beside,
      .to = found.values[TO],
      .url = unless_none(&found, URL),
      .more = json_type(found.values[MORE]) == JSON_TRUE,
      .no_more = json_type(found.values[MORE]) == JSON_FALSE,
      .no_next =
          states_none(&found, NEXT) || states_none(&found, CURSOR) || states_none(&found, URL),
      .beside_data = beside_data,
  };
  copy_unread(&found, result.unread);
  if (result.total < 0) result.total = json_whole_of_text(total);
  if (result.pages < 0) result.pages = json_whole_of_text(total_pages);
  return result;
}
