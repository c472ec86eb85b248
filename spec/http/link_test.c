/*
** link_test.c: the Link header (RFC 8288).
*/
#include <string.h>

#include "check.h"
#include "http/link.h"

static const struct {
  const char *name, *header, *target;
} links[] = {
    {"one link", "<https://a/b>; rel=\"next\"", "https://a/b"},
    {"without quotes", "<a>;rel=next", "a"},
    {"several links", "<a>; rel=prev, <b>; rel=next", "b"},
    {"several lines", "<a>; rel=prev\r\n<b>; rel=next", "b"},
    {"a list of relations", "<a>; rel=\"last  next\"", "a"},
    {"letter case", "<a>; REL=\"Next\"", "a"},
    {"other parameters",
     "<a>; title=\"x, <y>; rel=\\\"next\\\"\"; rel=prev; hreflang=de, <b,c>; crossorigin; "
     "rel=\"next\"",
     "b,c"},
    {"only the first rel counts", "<a>; rel=prev; rel=next", NULL},
    {"another context", "<a>; rel=next; anchor=\"/x\", <b>; rel=next", "b"},
    {"white space", " <a> ; rel = \"next\"", "a"},
    {"part of a relation", "<a>; rel=nextest", NULL},
    {"no rel", "<a>", NULL},
    {"not closed", "<a; rel=next", NULL},
    {"a quote not closed", "<a>; rel=\"next", "a"},
    {"an escape at the end", "<a>; rel=\"next\\", NULL},
    {"empty", "", NULL},
    {"no link at all", "rel=next", NULL},
};

static void test_links(void) {
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
    struct link link = {"", 0, false};
    bool found = link_find(links[i].header, "next", &link);
    const char *wanted = links[i].target;
    bool fine = wanted == NULL ? !found
                               : found && link.length == strlen(wanted) &&
                                     memcmp(link.target, wanted, link.length) == 0;
    char name[80];
    snprintf(name, sizeof name, "Link header: %s", links[i].name);
    check(fine, name);
  }
}

void link_test(void) {
  test_links();
}
