/*
** pagination_meta.c: reads a response's pagination metadata.
*/
#include "jsonapi/pagination_meta.h"

#include <string.h>

enum slot { NUMBER, LAST, PAGES, NEXT, TOTAL, COUNT, SIZE, OFFSET, CURSOR, TO, URL, MORE, SLOTS };

/* The first value found for each slot. */
struct findings {
  struct json_value values[SLOTS];
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
    {"hasmore", MORE, true, false},
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

static const struct known_name *find_name(const char *name, size_t length) {
  char plain[PLAIN_NAME];
  if (!plain_name(name, length, plain)) return NULL;
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
    case URL: return type == JSON_STRING || type == JSON_NULL;
    case TO: return type == JSON_STRING || type == JSON_INTEGER;
    case NEXT: return type == JSON_NULL || json_whole(value) >= 0;
    default: return json_whole(value) >= 0;
  }
}

static bool is_about_pages(struct json_value object) {
  struct json_iterator members =
      json_type(object) == JSON_OBJECT ? json_iterate(object) : (struct json_iterator){0};
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    const struct known_name *known = find_name(name, length);
    if (known != NULL && known->telltale && fits(known->slot, value)) return true;
  }
  return false;
}

/*
** Stores the object's values for empty slots. Uses brief names only if the object is about pages.
*/
static void search(struct json_value object, bool about_pages, struct findings *findings) {
  if (json_type(object) != JSON_OBJECT) return;
  struct json_iterator members = json_iterate(object);
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    const struct known_name *known = find_name(name, length);
    if (known == NULL || (known->brief && !about_pages) || !fits(known->slot, value)) continue;
    if (!json_exists(findings->values[known->slot])) findings->values[known->slot] = value;
  }
}

/* Searches objects in `meta` with other names than `page` or `pagination`. */
static void search_renamed(struct json_value meta, struct findings *findings) {
  struct json_iterator members =
      json_type(meta) == JSON_OBJECT ? json_iterate(meta) : (struct json_iterator){0};
  const char *name;
  size_t length;
  struct json_value value;
  while (json_next_member(&members, &name, &length, &value)) {
    if (is_about_pages(value)) search(value, true, findings);
  }
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

static bool is_null(const struct findings *findings, enum slot slot) {
  return json_type(findings->values[slot]) == JSON_NULL;
}

static struct json_value unless_null(const struct findings *findings, enum slot slot) {
  return is_null(findings, slot) ? (struct json_value){0} : findings->values[slot];
}

struct pagination_meta pagination_meta_read(struct json_value root, const char *total,
                                            const char *total_pages) {
  struct json_value meta = json_member(root, "meta");
  struct findings found = {0};
  bool beside_data = is_about_pages(root);
  search(json_member(meta, "page"), true, &found);
  search(json_member(meta, "pagination"), true, &found);
  search_renamed(meta, &found);
  search(meta, is_about_pages(meta), &found);
  if (beside_data) search(root, true, &found);

  struct pagination_meta result = {
      .number = json_whole(found.values[NUMBER]),
      .last = json_whole(found.values[LAST]),
      .pages = json_whole(found.values[PAGES]),
      .next = json_whole(found.values[NEXT]),
      .total = find_total(root, &found),
      .size = json_whole(found.values[SIZE]),
      .offset = json_whole(found.values[OFFSET]),
      .cursor = unless_null(&found, CURSOR),
      .to = found.values[TO],
      .url = unless_null(&found, URL),
      .more = json_type(found.values[MORE]) == JSON_TRUE,
      .no_more = json_type(found.values[MORE]) == JSON_FALSE || is_null(&found, NEXT) ||
                 is_null(&found, CURSOR) || is_null(&found, URL),
      .beside_data = beside_data,
  };
  if (result.total < 0) result.total = json_whole_of_text(total);
  if (result.pages < 0) result.pages = json_whole_of_text(total_pages);
  return result;
}
