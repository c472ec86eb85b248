/*
** page_history_test.c: pages that repeat those before them.
*/
#include "pagination_check.h"
#include "jsonapi/page_history.h"

/* Returns how the last of up to five pages compares with those before it. */
static enum page_novelty last_novelty(const char *const forms[5]) {
  struct page_history history = {0};
  enum page_novelty novelty = PAGE_IS_NEW;
  int next_id = 1;
  for (int i = 0; i < 5 && forms[i] != NULL; i++) {
    struct json_document *page = read_page(forms[i], &next_id);
    novelty = page_history_add(&history, json_member(json_root(page), "data"));
    json_free(page);
  }
  page_history_free(&history);
  return novelty;
}

static const struct {
  const char *name;
  const char *forms[5];
  enum page_novelty novelty;
} histories[] = {
    {"other resources", {"{'data':@2}", "{'data':@2}"}, PAGE_IS_NEW},
    {"the same page twice", {"{'data':@=2}", "{'data':@=2}"}, PAGE_IS_REPEATED},
    {"the same page twice, with other links",
     {"{'links':{'self':'/a'},'data':@=2}", "{'data':@=2,'links':{'self':'/abc'}}"},
     PAGE_IS_REPEATED},
    {"the same page three times", {"{'data':@=2}", "{'data':@=2}", "{'data':@=2}"}, PAGE_IS_LOOP},
    {"one resource three times", {"{'data':@=1}", "{'data':@=1}", "{'data':@=1}"}, PAGE_IS_LOOP},
    {"two pages in turn",
     {"{'data':@=1}", "{'data':@=2}", "{'data':@=1}", "{'data':@=2}", "{'data':@=1}"},
     PAGE_IS_LOOP},
    {"a page that comes back once",
     {"{'data':@=1}", "{'data':[{'type':'t','id':'9'}]}", "{'data':@=1}"},
     PAGE_IS_REPEATED},
    {"the same first resource", {"{'data':@=2}", "{'data':@=3}"}, PAGE_BEGINS_ALIKE},
    {"empty pages", {"{'data':[]}", "{'data':[]}", "{'data':[]}"}, PAGE_IS_NEW},
    {"types differ",
     {"{'data':[{'type':'a','id':'1'}]}", "{'data':[{'type':'b','id':'1'}]}"},
     PAGE_IS_NEW},
    {"ids as numbers differ",
     {"{'data':[{'type':'a','id':1}]}", "{'data':[{'type':'a','id':2}]}"},
     PAGE_IS_NEW},
    {"without ids", {"{'data':[{'a':1},{'a':2}]}", "{'data':[{'a':1},{'a':3}]}"}, PAGE_IS_NEW},
    {"without ids, the same page twice",
     {"{'data':[{'a':1}]}", "{'data':[{'a':1}]}"},
     PAGE_BEGINS_ALIKE},
    {"without ids, the same page three times",
     {"{'data':[{'a':1.5}]}", "{'data':[{'a':1.5}]}", "{'data':[{'a':1.5}]}"},
     PAGE_IS_LOOP},
    {"without ids, two pages in turn",
     {"{'data':[{'a':1}]}", "{'data':[{'a':2}]}", "{'data':[{'a':1}]}", "{'data':[{'a':2}]}",
      "{'data':[{'a':1}]}"},
     PAGE_IS_NEW},
    {"one id for all resources of pages of two",
     {"{'data':[{'type':'a','id':'0','n':1},{'type':'a','id':'0','n':2}]}",
      "{'data':[{'type':'a','id':'0','n':3},{'type':'a','id':'0','n':4}]}"},
     PAGE_IS_NEW},
    {"one id for all resources",
     {"{'data':[{'type':'a','id':'0','attributes':{'n':1}}]}",
      "{'data':[{'type':'a','id':'0','attributes':{'n':2}}]}",
      "{'data':[{'type':'a','id':'0','attributes':{'n':3}}]}"},
     PAGE_BEGINS_ALIKE},
};

static void test_histories(void) {
  for (size_t i = 0; i < sizeof histories / sizeof *histories; i++) {
    char name[100];
    snprintf(name, sizeof name, "history: %s", histories[i].name);
    enum page_novelty novelty = last_novelty(histories[i].forms);
    if (!check(novelty == histories[i].novelty, name)) printf("#   %d\n", (int)novelty);
  }
}

void page_history_test(void) {
  test_histories();
}
