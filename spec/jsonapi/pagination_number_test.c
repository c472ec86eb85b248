/*
** pagination_number_test.c: unusual page numbers, and the facts that a page states: its number, the
** last one, the total and the size.
*/
#include "pagination_check.h"

static const struct listing listings[] = {
    {"numbered from 0",
     {{BASE, "{'data':@2,'meta':{'page':{'number':0,'totalPages':2,'size':2}}}", PAGINATION_STATED,
       "/v1/things?page[number]=1"},
      {BASE "?page[number]=1", "{'data':@2,'meta':{'page':{'number':1,'totalPages':2,'size':2}}}",
       PAGINATION_END, NULL}}},
    {"numbered from 0 in the document, from 1 in URLs",
     {{BASE "?page[number]=1", "{'data':@2,'meta':{'page':{'number':0,'totalPages':2,'size':2}}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':@2,'meta':{'page':{'number':1,'totalPages':2,'size':2}}}",
       PAGINATION_END, NULL}}},
    {"numbered from 0 by the request, nothing stated",
     {{BASE "?page[number]=0", "{'data':@2}", PAGINATION_GUESSED, "/v1/things?page[number]=1"}}},
    {"no pages at all",
     {{BASE, "{'data':[],'meta':{'page':{'number':1,'totalPages':0,'totalRecords':0}}}",
       PAGINATION_END, NULL}}},
    {"an empty page between others",
     {{BASE, "{'data':[],'meta':{'current_page':1,'last_page':2}}", PAGINATION_STATED,
       "/v1/things?page[number]=2"}}},
    {"a stated number that does not change",
     {{BASE, "{'data':@2,'meta':{'current_page':1,'last_page':3}}", PAGINATION_STATED,
       "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':@=2,'meta':{'current_page':1,'last_page':3}}",
       PAGINATION_LOOP, NULL}}},
    {"a page beyond the last",
     {{BASE "?page[number]=9", "{'data':@1,'meta':{'current_page':3,'last_page':3}}",
       PAGINATION_END, NULL}}},
    {"numbers that would overflow are ignored",
     {{BASE "?page[offset]=2&page[limit]=2",
       "{'data':@2,'meta':{'pagination':{'offset':9223372036854775806,'limit':2,'total':"
       "9223372036854775807}}}",
       PAGINATION_GUESSED, "/v1/things?page[offset]=4&page[limit]=2"}}},
    {"a page number of INT64_MAX is ignored",
     {{BASE,
       "{'data':@2,'meta':{'current_page':9223372036854775807,'per_page':9223372036854775806}}",
       PAGINATION_GUESSED, "/v1/things?page[number]=2"}}},
    {"a next number of 0 is ignored",
     {{BASE, "{'data':@1,'meta':{'current_page':1,'next_page':0,'total_pages':1}}", PAGINATION_END,
       NULL}}},
};

static const struct {
  const char *name;
  struct page page;
  struct pagination_facts facts;
} facts_of[] = {
    {"Laravel",
     {BASE, "{'data':@2,'meta':{'current_page':1,'last_page':3,'per_page':2,'total':5}}"},
     {1, 3, 5, 2}},
    {"laravel-json-api",
     {BASE "?page[number]=2",
      "{'data':@2,'meta':{'page':{'currentPage':2,'lastPage':3,'perPage':2,'total':5}}}"},
     {2, 3, 5, 2}},
    {"Django REST by offset",
     {BASE, "{'data':@2,'meta':{'pagination':{'count':5,'limit':2,'offset':2}}}"},
     {2, 3, 5, 2}},
    {"Terraform style",
     {BASE, "{'data':@2,'meta':{'pagination':{'current-page':1,'total-pages':3,'total-count':5}}}"},
     {1, 3, 5, 2}},
    {"jsonapi.rb",
     {BASE, "{'data':@2,'meta':{'pagination':{'current':1,'last':3,'records':5}}}"},
     {1, 3, 5, 2}},
    {"Elide, from 0",
     {BASE, "{'data':@2,'meta':{'page':{'number':0,'totalPages':3,'totalRecords':5}}}"},
     {0, 2, 5, 2}},
    {"Graphiti", {BASE, "{'data':@2,'meta':{'stats':{'total':{'count':5}}}}"}, {1, 3, 5, 2}},
    {"a total, size clamped",
     {BASE "?page[size]=9", "{'data':@2,'meta':{'total':5,'page_size':9}}"},
     {1, 3, 5, 2}},
    {"headers", {BASE, "{'data':@2}", PAGINATION_END, NULL, NULL, "5", "3"}, {1, 3, 5, 2}},
    {"the last link",
     {BASE, "{'data':@2,'links':{'next':'?page[number]=2','last':'?page[number]=7'}}"},
     {1, 7, -1, 2}},
    {"the last link by offset",
     {BASE "?page[limit]=2",
      "{'data':@2,'links':{'last':{'href':'?page[offset]=12&page[limit]=2'}}}"},
     {1, 7, -1, 2}},
    {"the last link in a header",
     {BASE, "{'data':@2}", PAGINATION_END, NULL, "<?page=7>; rel=last", NULL, NULL},
     {1, 7, -1, 2}},
    {"cursors",
     {BASE "?page[after]=x&page[size]=2", "{'data':@2,'meta':{'page':{'total':9}}}"},
     {-1, -1, 9, 2}},
    {"nothing stated", {BASE, "{'data':@2}"}, {1, -1, -1, 2}},
    {"an empty list", {BASE, "{'data':[],'meta':{'total':0}}"}, {1, -1, 0, -1}},
};

static void test_facts(void) {
  for (size_t i = 0; i < sizeof facts_of / sizeof *facts_of; i++) {
    int next_id = 1;
    const struct page *page = &facts_of[i].page;
    struct pagination paging = {0};
    struct json_document *document = read_page(page->json, &next_id);
    struct pagination_response answer = response_of(page, document);
    struct pagination_page examined = pagination_examine(&answer);
    struct pagination_facts facts = pagination_facts(&paging, &examined),
                            wanted = facts_of[i].facts;
    char name[80];
    snprintf(name, sizeof name, "facts: %s", facts_of[i].name);
    bool fine = facts.number == wanted.number && facts.last == wanted.last &&
                facts.total == wanted.total && facts.size == wanted.size;
    if (!check(fine, name)) {
      printf("#   number %d last %d total %d size %d\n", (int)facts.number, (int)facts.last,
             (int)facts.total, (int)facts.size);
    }
    json_free(document);
    pagination_free(&paging);
  }
}

void pagination_number_test(void) {
  check_listings(listings, sizeof listings / sizeof *listings);
  test_facts();
}
