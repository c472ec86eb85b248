/*
** cursor_name.c: names of members that hold a cursor.
*/
#include "jsonapi/cursor_name.h"

#include <string.h>

static const struct cursor_name cursors[] = {
    {"nextcursor", CURSOR_OF_NEXT, true, false, "cursor", "cursor", "page[cursor]", "page[cursor]"},
    {"nextpagecursor", CURSOR_OF_NEXT, true, false, "cursor", "cursor", NULL, NULL},
    {"nextpagetoken", CURSOR_OF_NEXT, true, false, "page_token", "pageToken", NULL, NULL},
    {"nexttoken", CURSOR_OF_NEXT, true, false, "next_token", "nextToken", "pagination_token", NULL},
    {"continuationtoken", CURSOR_OF_NEXT, true, false, "continuation_token", "continuationToken",
     NULL, NULL},
    {"startingafter", CURSOR_OF_NEXT, true, false, "starting_after", "startingAfter", NULL, NULL},
    {"aftercursor", CURSOR_OF_NEXT, true, false, "after", "after", "page[after]", "page[after]"},
    {"after", CURSOR_OF_NEXT, false, true, "after", "after", NULL, "page[cursor]"},
    {"iterator", CURSOR_OF_NEXT, true, false, "iterator", "iterator", NULL, NULL},
    {"endcursor", CURSOR_OF_END, false, false, "after", "after", NULL, "page[after]"},
    {"lastid", CURSOR_OF_END, false, false, "after_id", "afterId", NULL, NULL},
    {"cursor", CURSOR_OF_EITHER, false, false, "cursor", "cursor", NULL, NULL},
};

const struct cursor_name *cursor_name_find(const char *plain) {
  for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++) {
    if (strcmp(plain, cursors[i].name) == 0) return &cursors[i];
  }
  return NULL;
}

static bool is_camel(const char *name, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (name[i] >= 'A' && name[i] <= 'Z') return true;
  }
  return false;
}

const char *cursor_name_parameter(const struct cursor_name *cursor, const char *name, size_t length,
                                  enum member_place place) {
  if (place == PLACE_META && cursor->in_meta != NULL) return cursor->in_meta;
  if (place == PLACE_META_OBJECT && cursor->in_object != NULL) return cursor->in_object;
  return is_camel(name, length) ? cursor->camel : cursor->snake;
}
