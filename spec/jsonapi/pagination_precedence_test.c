/*
** pagination_precedence_test.c: which statement of the next page wins when a page has several.
*/
#include "pagination_check.h"

static const struct listing listings[] = {
    {"next is null although numbers state more",
     {{BASE, "{'data':@2,'links':{'next':null},'meta':{'current_page':1,'last_page':9}}",
       PAGINATION_END, NULL}}},
    {"the body's link before the header's",
     {{BASE, "{'data':@2,'links':{'next':'?p=2'}}", PAGINATION_STATED, "/v1/things?p=2",
       "<?p=9>; rel=next", NULL, NULL}}},
    {"the header's link before numbers",
     {{BASE, "{'data':@2,'meta':{'current_page':1,'last_page':1}}", PAGINATION_STATED,
       "/v1/things?p=9", "<?p=9>; rel=next", NULL, NULL}}},
    {"links.next although no more is stated",
     {{BASE, "{'data':@2,'links':{'next':'?p=2'},'has_more':false}", PAGINATION_STATED,
       "/v1/things?p=2"}}},
    {"a URL before a cursor",
     {{BASE, "{'data':@2,'next_cursor':'a','next_page_url':'?p=2'}", PAGINATION_STATED,
       "/v1/things?p=2"}}},
    {"no more before a cursor",
     {{BASE, "{'data':@2,'meta':{'next_cursor':'a','has_more':false}}", PAGINATION_END, NULL}}},
    {"no more before numbers",
     {{BASE, "{'data':@2,'meta':{'current_page':1,'last_page':9,'has_more':false}}", PAGINATION_END,
       NULL}}},
    {"the Link header although no more is stated",
     {{BASE, "{'data':@2,'has_more':false}", PAGINATION_STATED, "/v1/things?p=2",
       .link = "<?p=2>; rel=next"}}},
    {"a cursor before numbers",
     {{BASE, "{'data':@2,'meta':{'current_page':1,'last_page':9,'next_cursor':'a'}}",
       PAGINATION_STATED, "/v1/things?page[cursor]=a"}}},
};

void pagination_precedence_test(void) {
  check_listings(listings, sizeof listings / sizeof *listings);
}
