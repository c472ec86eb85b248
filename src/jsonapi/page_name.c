/*
** page_name.c: names of members that describe pages.
*/
#include "jsonapi/page_name.h"

#include <string.h>

static const struct page_name names[] = {
    {"currentpage", SLOT_NUMBER, true, false, NULL},
    {"pagenumber", SLOT_NUMBER, false, false, NULL},
    {"page", SLOT_NUMBER, false, false, NULL},
    {"number", SLOT_NUMBER, false, true, NULL},
    {"current", SLOT_NUMBER, false, true, NULL},
    {"lastpage", SLOT_LAST, false, false, NULL},
    {"lastvisiblepage", SLOT_LAST, false, false, NULL},
    {"last", SLOT_LAST, false, true, NULL},
    {"totalpages", SLOT_PAGES, true, false, NULL},
    {"pagecount", SLOT_PAGES, false, false, NULL},
    {"pages", SLOT_PAGES, false, false, NULL},
    {"pagestotal", SLOT_PAGES, false, false, NULL},
    {"nextpage", SLOT_NEXT, true, false, NULL},
    {"next", SLOT_NEXT, false, true, NULL},
    {"total", SLOT_TOTAL, false, false, NULL},
    {"totalcount", SLOT_TOTAL, false, false, NULL},
    {"totalitems", SLOT_TOTAL, false, false, NULL},
    {"itemstotal", SLOT_TOTAL, false, false, NULL},
    {"totalelements", SLOT_TOTAL, false, false, NULL},
    {"totalrecords", SLOT_TOTAL, false, false, NULL},
    {"recordstotal", SLOT_TOTAL, false, false, NULL},
    {"totalresources", SLOT_TOTAL, false, false, NULL},
    {"totalresourcecount", SLOT_TOTAL, false, false, NULL},
    {"totalresults", SLOT_TOTAL, false, false, NULL},
    {"totalentries", SLOT_TOTAL, false, false, NULL},
    {"resulttotal", SLOT_TOTAL, false, false, NULL},
    {"recordcount", SLOT_TOTAL, false, false, NULL},
    {"records", SLOT_TOTAL, false, true, NULL},
    {"filtercount", SLOT_FILTERED, false, false, NULL},
    {"recordsfiltered", SLOT_FILTERED, false, false, NULL},
    {"count", SLOT_COUNT, false, false, NULL},
    {"results", SLOT_COUNT, false, false, NULL},
    {"perpage", SLOT_SIZE, false, false, NULL},
    {"pagesize", SLOT_SIZE, false, false, NULL},
    {"itemsperpage", SLOT_SIZE, false, false, NULL},
    {"size", SLOT_SIZE, false, true, NULL},
    {"limit", SLOT_SIZE, false, false, NULL},
    {"resultlimit", SLOT_SIZE, false, false, NULL},
    {"offset", SLOT_OFFSET, false, false, NULL},
    {"skip", SLOT_OFFSET, false, false, "$skip"},
    {"start", SLOT_OFFSET, false, true, "start"},
    {"index", SLOT_OFFSET, false, true, "index"},
    {"resultoffset", SLOT_OFFSET, false, false, "_offset"},
    {"nextstart", SLOT_NEXT_OFFSET, true, false, "start"},
    {"nextoffset", SLOT_NEXT_OFFSET, true, false, NULL},
    {"to", SLOT_TO, false, true, NULL},
    {"nextpageurl", SLOT_URL, true, false, NULL},
    {"nextpagelink", SLOT_URL, true, false, NULL},
    {"nexturl", SLOT_URL, true, false, NULL},
    {"nexturi", SLOT_URL, true, false, NULL},
    {"nexthref", SLOT_URL, true, false, NULL},
    {"nextlink", SLOT_URL, true, false, NULL},
    {"hasmore", SLOT_MORE, true, false, NULL},
    {"hasnext", SLOT_MORE, true, false, NULL},
    {"hasnextpage", SLOT_MORE, true, false, NULL},
    {"more", SLOT_MORE, true, false, NULL},
    {"morerecords", SLOT_MORE, true, false, NULL},
    {"moreitemsincollection", SLOT_MORE, true, false, NULL},
    {"islastpage", SLOT_IS_LAST, false, false, NULL},
    {"lastpage", SLOT_IS_LAST, false, false, NULL},
    {"last", SLOT_IS_LAST, false, true, NULL},
    {"done", SLOT_IS_LAST, false, true, NULL},
};

bool page_name_plain(const char *name, size_t length, char plain[PAGE_NAME_SIZE]) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) {
    char character = name[i];
    if (character == '_' || character == '-') continue;
    if (count == PAGE_NAME_SIZE - 1) return false;
    plain[count++] =
        character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
  }
  plain[count] = '\0';
  return true;
}

bool page_name_fits(enum page_slot slot, struct json_value value) {
  enum json_type type = json_type(value);
  switch (slot) {
    case SLOT_MORE:
    case SLOT_IS_LAST: return type == JSON_TRUE || type == JSON_FALSE;
    case SLOT_CURSOR:
    case SLOT_END_CURSOR:
      return type == JSON_STRING || type == JSON_NULL || type == JSON_FALSE ||
             json_whole(value) >= 0;
    case SLOT_URL: return type == JSON_STRING || type == JSON_NULL || type == JSON_FALSE;
    case SLOT_TO: return type == JSON_STRING || type == JSON_INTEGER;
    case SLOT_NEXT: return type == JSON_NULL || type == JSON_FALSE || json_whole(value) >= 0;
    default: return json_whole(value) >= 0;
  }
}

const struct page_name *page_name_find(const char *plain, struct json_value value) {
  const struct page_name *found = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(plain, names[i].name) != 0) continue;
    if (page_name_fits(names[i].slot, value)) return &names[i];
    if (found == NULL) found = &names[i];
  }
  return found;
}
