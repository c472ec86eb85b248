/*
** pagination_link_test.c: links to the next page, and values in their place that are no links.
*/
#include "pagination_check.h"

static const struct listing listings[] = {
    {"plain JSON:API, absolute links",
     {{BASE,
       "{'data':@2,'links':{'self':'x','first':'" BASE "?page[number]=1','next':'" BASE
       "?page[number]=2'}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2",
       "{'data':@2,'links':{'prev':'" BASE "?page[number]=1','next':'" BASE "?page[number]=3'}}",
       PAGINATION_STATED, "/v1/things?page[number]=3"},
      {BASE "?page[number]=3", "{'data':@2,'links':{'prev':'" BASE "?page[number]=2','next':null}}",
       PAGINATION_END, NULL}}},
    {"a link object",
     {{BASE, "{'data':@1,'links':{'next':{'href':'/v1/things?a=1','meta':{}}}}", PAGINATION_STATED,
       "/v1/things?a=1"}}},
    {"a link relative to the host",
     {{BASE, "{'data':@1,'links':{'next':'/other?a=1'}}", PAGINATION_STATED, "/other?a=1"}}},
    {"a link of a query only",
     {{BASE "?x=1", "{'data':@1,'links':{'next':'?page[number]=2'}}", PAGINATION_STATED,
       "/v1/things?page[number]=2"}}},
    {"a link relative to the path",
     {{BASE, "{'data':@1,'links':{'next':'things?p=2'}}", PAGINATION_STATED, "/v1/things?p=2"}}},
    {"a link over http is only resolved",
     {{BASE, "{'data':@1,'links':{'next':'http://api.test/v1/things?p=2'}}", PAGINATION_STATED,
       "http://api.test/v1/things?p=2"}}},
    {"a link to another host is only resolved",
     {{BASE, "{'data':@1,'links':{'next':'https://evil.test/x'}}", PAGINATION_STATED,
       "https://evil.test/x"}}},
    {"a link that is not a URL",
     {{BASE, "{'data':@1,'links':{'next':'javascript:alert(1)'}}", PAGINATION_BROKEN,
       "javascript:alert(1)"}}},
    {"a link with a NUL",
     {{BASE, "{'data':@1,'links':{'next':'/a\\u0000b'}}", PAGINATION_BROKEN, "/a"}}},
    {"next is absent among page links",
     {{BASE, "{'data':@2,'links':{'first':'/a','last':null}}", PAGINATION_END, NULL}}},
    {"next is empty text", {{BASE, "{'data':@2,'links':{'next':''}}", PAGINATION_END, NULL}}},
    {"only self is no next link",
     {{BASE, "{'data':@2,'links':{'self':'/a'}}", PAGINATION_GUESSED,
       "/v1/things?page[number]=2"}}},
    {"links are null",
     {{BASE, "{'data':@2,'links':null}", PAGINATION_GUESSED, "/v1/things?page[number]=2"}}},
    {"an empty page with next",
     {{BASE, "{'data':[],'links':{'next':'?p=2'}}", PAGINATION_STATED, "/v1/things?p=2"}}},
    {"a short page with next",
     {{BASE "?p=1", "{'data':@9,'links':{'next':'?p=2'}}", PAGINATION_STATED, "/v1/things?p=2"},
      {BASE "?p=2", "{'data':@1,'links':{'next':'?p=3'}}", PAGINATION_STATED, "/v1/things?p=3"}}},
    {"next is false", {{BASE, "{'data':@2,'links':{'next':false}}", PAGINATION_END, NULL}}},
    {"next is true", {{BASE, "{'data':@2,'links':{'next':true}}", PAGINATION_BROKEN, NULL}}},
};

void pagination_link_test(void) {
  check_listings(listings, sizeof listings / sizeof *listings);
}
