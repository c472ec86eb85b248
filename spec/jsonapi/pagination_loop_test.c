/*
** pagination_loop_test.c: pages that link back, and the last pages that link to themselves.
*/
#include "pagination_check.h"

static const struct listing listings[] = {
    {"a loop of two",
     {{BASE "?p=a", "{'data':@1,'links':{'next':'?p=b'}}", PAGINATION_STATED, "/v1/things?p=b"},
      {BASE "?p=b", "{'data':@1,'links':{'next':'?p=a'}}", PAGINATION_LOOP, "/v1/things?p=a"}}},
    {"a distant loop with another escaping",
     {{BASE "?p[x]=a b", "{'data':@1,'links':{'next':'?p=2'}}", PAGINATION_STATED,
       "/v1/things?p=2"},
      {BASE "?p=2", "{'data':@1,'links':{'next':'?p=3'}}", PAGINATION_STATED, "/v1/things?p=3"},
      {BASE "?p=3", "{'data':@1,'links':{'next':'http://api.test/v1/things?p%5bx%5D=a+b#f'}}",
       PAGINATION_LOOP, NULL}}},
    {"a link to itself",
     {{BASE, "{'data':@1,'links':{'next':'" BASE "'}}", PAGINATION_LOOP, "/v1/things"}}},
    {"an empty page that links to itself is the end",
     {{BASE, "{'data':@2,'links':{'next':'?p=2'}}", PAGINATION_STATED, "/v1/things?p=2"},
      {BASE "?p=2", "{'data':[],'links':{'next':'?p=2'}}", PAGINATION_END, NULL}}},
    {"an empty list that links to itself",
     {{BASE, "{'data':[],'links':{'next':'" BASE "'}}", PAGINATION_END, NULL}}},
    {"an empty page that links back, although the total states more",
     {{BASE, "{'data':@2,'links':{'next':'?p=2'},'meta':{'total':7}}", PAGINATION_STATED,
       "/v1/things?p=2"},
      {BASE "?p=2", "{'data':[],'links':{'next':'?p=2'},'meta':{'total':7}}", PAGINATION_INCOMPLETE,
       NULL}}},
    {"a last page that links to itself, confirmed by the total",
     {{BASE, "{'data':@2,'links':{'next':'?p=2'},'meta':{'total':3}}", PAGINATION_STATED,
       "/v1/things?p=2"},
      {BASE "?p=2", "{'data':@1,'links':{'next':'?p=2'},'meta':{'total':3}}", PAGINATION_END,
       NULL}}},
    {"a last page that links to itself, confirmed by the last page's number",
     {{BASE, "{'data':@2,'links':{'next':'" BASE "'},'meta':{'current_page':1,'last_page':1}}",
       PAGINATION_END, NULL}}},
};

static void test_many_pages(void) {
  struct pagination paging = {0};
  struct json_document *document;
  int next_id = 1, stated = 0;
  char url[100], form[200], *next;
  for (int i = 0; i < 5000; i++) {
    snprintf(url, sizeof url, BASE "?p=%d", i);
    snprintf(form, sizeof form, "{'data':@1,'links':{'next':'?p=%d'}}", i < 4999 ? i + 1 : 17);
    document = read_page(form, &next_id);
    struct pagination_response answer = {.url = url, .root = json_root(document)};
    struct pagination_page examined = pagination_examine(&answer);
    enum pagination_step step = pagination_next(&paging, &examined, &next);
    if (step == (i < 4999 ? PAGINATION_STATED : PAGINATION_LOOP)) stated++;
    free(next);
    json_free(document);
  }
  check(stated == 5000, "a loop back over 5000 pages");
  pagination_free(&paging);
}

void pagination_loop_test(void) {
  check_listings(listings, sizeof listings / sizeof *listings);
  test_many_pages();
}
