/*
** next_name_test.c: next_name.h. The names are those of servers, and of members that mean no next
** page.
*/
#include "jsonapi/next_name.h"

#include <string.h>

#include "check.h"

#define LONG "nextnextnextnextnextnextnextnextnextnextnextnextnextnextnextnext" /* 64 bytes */

static const char *const stating[] = {
    "next",         "Next",          "NEXT",          "nextPage",           "next_page_token",
    "next-cursor",  "@nextLink",     "nextPageToken", "hasNextPage",        "continuation_token",
    "continue",     "nextRecordSet", "nextResultSet", "nextResultsUrl",     "nextItem",
    "next_records", "$nextLink",     "is_next_batch", "has_next_available", LONG,
};

static const char *const others[] = {
    "",     "text",      "context", "nextel",   "content-type", "content-length",
    "page", "token",     "hasMore", "previous", "next_meeting", "nexty",
    "ne",   "continent", "contain", "_",        "nex",          LONG "s",
};

void next_name_test(void) {
  for (size_t i = 0; i < sizeof stating / sizeof *stating; i++)
    check(next_name_is(stating[i], strlen(stating[i])), stating[i]);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check(!next_name_is(others[i], strlen(others[i])), others[i]);
  check(!next_name_is("next\0", 5), "next with NUL");
  check(next_name_is("nextel", 4), "a part of a name");
}
