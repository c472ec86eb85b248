/*
** pagination_predict_test.c: predicted pages: the next one if nothing states it, and several ahead.
*/
#include "pagination_check.h"

static const struct listing listings[] = {
    {"prediction: full pages, then a short one",
     {{BASE "?page[size]=2", "{'data':@2}", PAGINATION_GUESSED,
       "/v1/things?page[size]=2&page[number]=2"},
      {BASE "?page[size]=2&page[number]=2", "{'data':@2}", PAGINATION_GUESSED,
       "/v1/things?page[size]=2&page[number]=3"},
      {BASE "?page[size]=2&page[number]=3", "{'data':@1}", PAGINATION_END, NULL}}},
    {"prediction: full pages, then an empty one",
     {{BASE, "{'data':@2}", PAGINATION_GUESSED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':[]}", PAGINATION_END, NULL}}},
    {"prediction: size clamped",
     {{BASE "?page[size]=9", "{'data':@3}", PAGINATION_GUESSED,
       "/v1/things?page[size]=9&page[number]=2"},
      {BASE "?page[size]=9&page[number]=2", "{'data':@3}", PAGINATION_GUESSED,
       "/v1/things?page[size]=9&page[number]=3"},
      {BASE "?page[size]=9&page[number]=3", "{'data':@2}", PAGINATION_END, NULL}}},
    {"prediction: size clamped, but stated as requested",
     {{BASE "?page[size]=9", "{'data':@3,'meta':{'per_page':9}}", PAGINATION_GUESSED,
       "/v1/things?page[size]=9&page[number]=2"}}},
    {"prediction: shorter than the stated size",
     {{BASE "?page[size]=9", "{'data':@3,'meta':{'per_page':5}}", PAGINATION_END, NULL}}},
    {"prediction: larger than requested is not paginated",
     {{BASE "?page[size]=2", "{'data':@3}", PAGINATION_END, NULL}}},
    {"prediction: by offset",
     {{BASE "?page[offset]=10&page[limit]=2", "{'data':@2}", PAGINATION_GUESSED,
       "/v1/things?page[offset]=12&page[limit]=2"},
      {BASE "?page[offset]=12&page[limit]=2", "{'data':@1}", PAGINATION_END, NULL}}},
    {"prediction: by bare page",
     {{BASE "?page=3&per_page=2", "{'data':@2}", PAGINATION_GUESSED,
       "/v1/things?page=4&per_page=2"}}},
    {"prediction: an empty first page", {{BASE, "{'data':[]}", PAGINATION_END, NULL}}},
    {"prediction: never by number if cursors are used",
     {{BASE "?page[after]=x&page[size]=2", "{'data':@2}", PAGINATION_END, NULL}}},
    {"no prediction for one resource",
     {{BASE, "{'data':{'type':'t','id':'1'},'meta':{'current_page':1,'last_page':2}}",
       PAGINATION_END, NULL}}},
    {"no prediction for null", {{BASE, "{'data':null}", PAGINATION_END, NULL}}},
    {"no prediction without data", {{BASE, "{'meta':{}}", PAGINATION_END, NULL}}},
    {"no prediction for text that is not a document", {{BASE, "[1,2]", PAGINATION_END, NULL}}},
    {"without data, but with next",
     {{BASE, "{'meta':{},'links':{'next':'?p=2'}}", PAGINATION_STATED, "/v1/things?p=2"}}},
};

static bool page_prefetch_is(const char *url, const char *next, int64_t ahead,
                             const char *expected) {
  char *made = pagination_predict(url, next, ahead);
  bool fine = expected == NULL ? made == NULL : made != NULL && same_url(made, expected);
  if (!fine) printf("#   %s\n", made == NULL ? "nothing" : made);
  free(made);
  return fine;
}

static void test_ahead(void) {
  check(page_prefetch_is(BASE, BASE "?page[number]=2", 1, "/v1/things?page[number]=2"),
        "one page ahead is the next");
  check(page_prefetch_is(BASE, BASE "?page[number]=2&x=1", 3, "/v1/things?page[number]=4&x=1"),
        "by number");
  check(page_prefetch_is(BASE "?page=5", BASE "?page=6", 2, "/v1/things?page=7"), "by bare page");
  check(page_prefetch_is(BASE, BASE "?page[offset]=20&page[limit]=20", 3,
                         "/v1/things?page[offset]=60&page[limit]=20"),
        "by offset");
  check(page_prefetch_is(BASE "?offset=40", BASE "?offset=60", 2, "/v1/things?offset=80"),
        "by offset from the middle");
  check(page_prefetch_is(BASE, BASE "?page[after]=2", 2, NULL), "not by cursor");
  check(page_prefetch_is(BASE, BASE "?token=2", 2, NULL), "not by an unknown parameter");
  check(page_prefetch_is(BASE "?page[number]=3", BASE "?page[number]=2", 2, NULL), "not backwards");
}

void pagination_predict_test(void) {
  check_listings(listings, sizeof listings / sizeof *listings);
  test_ahead();
}
