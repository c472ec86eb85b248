/*
** page_links.c: links of a document to other pages.
*/
#include "jsonapi/page_links.h"

#include <string.h>

struct json_value page_links_of(struct json_value object) {
  struct json_value links = json_member(object, "links");
  return json_exists(links) ? links : json_member(object, "_links");
}

static bool is_text(struct json_value value, const char *text) {
  struct json_content content = json_content(value);
  return content.type == JSON_STRING && content.length == strlen(text) &&
         memcmp(content.as.string, text, content.length) == 0;
}

struct json_value page_links_find(struct json_value links, const char *relation) {
  if (json_type(links) != JSON_ARRAY) return json_member(links, relation);
  struct json_iterator items = json_iterate(links);
  struct json_value link;
  while (json_next_item(&items, &link)) {
    if (is_text(json_member(link, "rel"), relation)) return link;
  }
  return (struct json_value){0};
}

struct json_value page_links_href(struct json_value link) {
  struct json_value href = link;
  if (json_type(link) == JSON_OBJECT) {
    href = json_member(link, "href");
    if (!json_exists(href)) href = json_member(link, "uri");
    if (!json_exists(href)) href = json_member(link, "url");
  }
  return json_type(href) == JSON_STRING && json_content(href).length > 0 ? href
                                                                         : (struct json_value){0};
}

bool page_links_malformed(struct json_value link) {
  switch (json_type(link)) {
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_STRING: return false;
    case JSON_ARRAY: return json_count(link) > 0;
    case JSON_OBJECT: {
      enum json_type href = json_type(json_member(link, "href"));
      return href != JSON_STRING && href != JSON_NULL && href != JSON_ABSENT;
    }
    default: return true;
  }
}

bool page_links_exist(struct json_value links) {
  static const char *const relations[] = {"next", "prev", "first", "last"};
  for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
    if (json_exists(page_links_find(links, relations[i]))) return true;
  }
  return false;
}
