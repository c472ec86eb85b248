/*
** pagination_test.c: page shapes, by the names of the servers that use them.
** JSON is written with ' for quotes; @3 stands for an array of three resources with consecutive ids
** from page to page, @=3 for one whose ids restart at 1. Expected URLs may omit the origin, and are
** compared unescaped.
*/
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "base/buffer.h"
#include "json/json.h"
#include "http/link.h"
#include "jsonapi/page_history.h"
#include "jsonapi/pagination.h"

#define BASE "https://api.test/v1/things"

struct page {
  const char *url, *json;
  enum pagination_step step;
  const char *next;
  const char *link, *total, *total_pages, *next_page, *content_range, *next_cursor;
};

static const struct listing {
  const char *name;
  struct page pages[5];
} listings[] = {
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
    {"next is null although numbers state more",
     {{BASE, "{'data':@2,'links':{'next':null},'meta':{'current_page':1,'last_page':9}}",
       PAGINATION_END, NULL}}},
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
    {"next is false", {{BASE, "{'data':@2,'links':{'next':false}}", PAGINATION_END, NULL}}},
    {"next is true", {{BASE, "{'data':@2,'links':{'next':true}}", PAGINATION_BROKEN, NULL}}},

    {"Laravel resource",
     {{BASE,
       "{'data':@2,'links':{'first':'http://api.test/v1/things?page=1','last':'http://api.test/v1/"
       "things?page=2','prev':null,'next':'http://api.test/v1/things?page=2'},"
       "'meta':{'current_page':1,'from':1,'last_page':2,'links':[{'url':null,'label':'x','active':"
       "false}],'path':'http:"
       "//api.test/v1/things','per_page':2,'to':2,'total':3}}",
       PAGINATION_STATED, "http://api.test/v1/things?page=2"},
      {BASE "?page=2",
       "{'data':@1,'links':{'prev':'/v1/"
       "things?page=1','next':null},'meta':{'current_page':2,'last_page':2,'per_page':2,'total':3}"
       "}",
       PAGINATION_END, NULL}}},
    {"Laravel's numbers without links",
     {{BASE "?page[size]=2",
       "{'data':@2,'meta':{'current_page':1,'last_page':3,'per_page':2,'total':5}}",
       PAGINATION_STATED, "/v1/things?page[size]=2&page[number]=2"},
      {BASE "?page[size]=2&page[number]=2",
       "{'data':@2,'meta':{'current_page':2,'last_page':3,'per_page':2,'total':5}}",
       PAGINATION_STATED, "/v1/things?page[size]=2&page[number]=3"},
      {BASE "?page[size]=2&page[number]=3",
       "{'data':@1,'meta':{'current_page':3,'last_page':3,'per_page':2,'total':5}}", PAGINATION_END,
       NULL}}},
    {"Laravel's simple form, links",
     {{BASE,
       "{'data':@2,'links':{'first':'/"
       "a','last':null,'prev':null,'next':'?page=2'},'meta':{'current_page':1,'from':1,'per_page':"
       "2,'to':2}}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2",
       "{'data':@2,'links':{'first':'/a','last':null,'prev':'/"
       "a','next':null},'meta':{'current_page':2,'per_page':2}}",
       PAGINATION_END, NULL}}},
    {"Laravel's simple form without links",
     {{BASE, "{'data':@2,'meta':{'current_page':1,'from':1,'per_page':2,'to':2}}",
       PAGINATION_GUESSED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':@1,'meta':{'current_page':2,'from':3,'per_page':2,'to':3}}",
       PAGINATION_END, NULL}}},
    {"Laravel by cursor",
     {{BASE, "{'data':@2,'meta':{'path':'x','per_page':2,'next_cursor':'ey+J','prev_cursor':null}}",
       PAGINATION_STATED, "/v1/things?page[cursor]=ey+J"},
      {BASE "?page[cursor]=ey%2BJ", "{'data':@2,'meta':{'per_page':2,'next_cursor':'Zz'}}",
       PAGINATION_STATED, "/v1/things?page[cursor]=Zz"},
      {BASE "?page[cursor]=Zz", "{'data':@2,'meta':{'per_page':2,'next_cursor':null}}",
       PAGINATION_END, NULL}}},
    {"Laravel by cursor, a repeated token",
     {{BASE, "{'data':@2,'meta':{'next_cursor':'A'}}", PAGINATION_STATED,
       "/v1/things?page[cursor]=A"},
      {BASE "?page[cursor]=A", "{'data':@2,'meta':{'next_cursor':'A'}}", PAGINATION_LOOP,
       "/v1/things?page[cursor]=A"}}},
    {"an empty page with its own cursor is the end",
     {{BASE, "{'data':@2,'meta':{'page':{'next_cursor':'A'}}}", PAGINATION_STATED,
       "/v1/things?page[cursor]=A"},
      {BASE "?page[cursor]=A", "{'data':[],'meta':{'page':{'next_cursor':'A'}}}", PAGINATION_END,
       NULL}}},
    {"an empty cursor is none",
     {{BASE, "{'data':@2,'meta':{'next_cursor':''}}", PAGINATION_END, NULL}}},
    {"a cursor of false is none",
     {{BASE, "{'data':@2,'meta':{'next_cursor':false}}", PAGINATION_END, NULL}}},
    {"a cursor as a number",
     {{BASE, "{'data':@2,'meta':{'next_cursor':42}}", PAGINATION_STATED,
       "/v1/things?page[cursor]=42"}}},
    {"no cursor after pages with cursors",
     {{BASE, "{'data':@2,'meta':{'next_cursor':'A','total':9}}", PAGINATION_STATED,
       "/v1/things?page[cursor]=A"},
      {BASE "?page[cursor]=A", "{'data':@2,'meta':{'total':9}}", PAGINATION_END, NULL}}},
    {"Patreon",
     {{BASE, "{'data':@2,'meta':{'pagination':{'cursors':{'next':'A'},'total':3}}}",
       PAGINATION_STATED, "/v1/things?page[cursor]=A"},
      {BASE "?page[cursor]=A",
       "{'data':@1,'meta':{'pagination':{'cursors':{'next':null},'total':3}}}", PAGINATION_END,
       NULL}}},
    {"meta.cursor.next",
     {{BASE, "{'data':@2,'meta':{'cursor':{'current':null,'next':'A','count':2}}}",
       PAGINATION_STATED, "/v1/things?page[cursor]=A"},
      {BASE "?page[cursor]=A", "{'data':@2,'meta':{'cursor':{'current':'A','next':null}}}",
       PAGINATION_END, NULL}}},
    {"meta.page.cursors.after",
     {{BASE, "{'data':@2,'meta':{'page':{'cursors':{'before':'x','after':'y'},'has_more':true}}}",
       PAGINATION_STATED, "/v1/things?page[after]=y"},
      {BASE "?page[after]=y",
       "{'data':@2,'meta':{'page':{'cursors':{'before':'y','after':'z'},'has_more':false}}}",
       PAGINATION_END, NULL}}},
    {"paging.cursors.after beside data",
     {{BASE, "{'data':@2,'paging':{'cursors':{'after':'y'}}}", PAGINATION_STATED,
       "/v1/things?after=y"}}},
    {"paging.next beside data",
     {{BASE, "{'data':@2,'paging':{'cursors':{'after':'y'},'next':'" BASE "?after=y&x=1'}}",
       PAGINATION_STATED, "/v1/things?after=y&x=1"}}},
    {"meta.links.next",
     {{BASE, "{'data':@2,'meta':{'links':{'next':'/v1/things?p=2'}}}", PAGINATION_STATED,
       "/v1/things?p=2"}}},
    {"a next page as an object with its URI",
     {{BASE,
       "{'data':@2,'next_page':{'offset':'ey','path':'/things?offset=ey','uri':'" BASE
       "?offset=ey'}}",
       PAGINATION_STATED, "/v1/things?offset=ey"},
      {BASE "?offset=ey", "{'data':@2,'next_page':null}", PAGINATION_END, NULL}}},
    {"PagerDuty: offset and more beside data",
     {{BASE, "{'data':@2,'limit':2,'offset':0,'more':true,'total':null}", PAGINATION_STATED,
       "/v1/things?offset=2"},
      {BASE "?offset=2", "{'data':@1,'limit':2,'offset':2,'more':false,'total':null}",
       PAGINATION_END, NULL}}},
    {"a total beside data",
     {{BASE, "{'data':@2,'total':3}", PAGINATION_STATED, "/v1/things?page=2"}}},
    {"an unread next token, full page",
     {{BASE, "{'data':@2,'meta':{'nextBatchToken':'x'}}", PAGINATION_GUESSED,
       "/v1/things?page[number]=2"}}},
    {"an unread next token, short page",
     {{BASE "?page[size]=9", "{'data':@2,'meta':{'nextBatchToken':'x','per_page':9}}",
       PAGINATION_GUESSED, NULL},
      {BASE "?page[size]=9&page[number]=2", "{'data':@1,'meta':{'nextBatchToken':'x'}}",
       PAGINATION_INCOMPLETE, NULL}}},
    {"an unread next token that is empty",
     {{BASE "?page[size]=9", "{'data':@2,'meta':{'nextBatchToken':'','per_page':5}}",
       PAGINATION_END, NULL}}},
    {"an unread next token in an object of any name",
     {{BASE "?page[size]=9", "{'data':@2,'meta':{'per_page':9,'walk':{'nextBatchToken':'x'}}}",
       PAGINATION_GUESSED, NULL},
      {BASE "?page[size]=9&page[number]=2", "{'data':@1,'meta':{'walk':{'nextBatchToken':'x'}}}",
       PAGINATION_INCOMPLETE, NULL}}},
    {"an unread next token in an object beside data",
     {{BASE "?page[size]=9", "{'data':@2,'per_page':5,'walk':{'continuation':'x'}}",
       PAGINATION_INCOMPLETE, NULL}}},
    {"an empty next token in an object of any name",
     {{BASE "?page[size]=9", "{'data':@2,'per_page':5,'walk':{'continuation':null}}",
       PAGINATION_END, NULL}}},
    {"an object of any name with a page's number and the next one",
     {{BASE, "{'data':@2,'metadata':{'page':1,'next_page':2}}", PAGINATION_STATED,
       "/v1/things?page=2"},
      {BASE "?page=2", "{'data':@2,'metadata':{'page':2,'next_page':null}}", PAGINATION_END,
       NULL}}},
    {"an object of any name with the number of pages",
     {{BASE, "{'data':@2,'list_info':{'page':1,'total_pages':2}}", PAGINATION_STATED,
       "/v1/things?page=2"},
      {BASE "?page=2", "{'data':@2,'list_info':{'page':2,'total_pages':2}}", PAGINATION_END,
       NULL}}},
    {"a name that only begins with next",
     {{BASE "?page[size]=9", "{'data':@2,'meta':{'nextInvoice':'x','per_page':5}}", PAGINATION_END,
       NULL}}},
    {"Laravel by cursor, in the URL's spelling",
     {{BASE "?cursor=A", "{'data':@2,'meta':{'next_cursor':'B'}}", PAGINATION_STATED,
       "/v1/things?cursor=B"}}},
    {"Laravel's bare paginator",
     {{BASE,
       "{'current_page':1,'data':@2,'first_page_url':'/"
       "a','from':1,'last_page':2,'links':[],'next_page_url':'/v1/"
       "things?page=2','per_page':2,'to':2,'total':3}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2",
       "{'current_page':2,'data':@1,'last_page':2,'next_page_url':null,'per_page':2,'total':3}",
       PAGINATION_END, NULL}}},
    {"Laravel's bare paginator without URLs",
     {{BASE "?per_page=2", "{'current_page':1,'data':@2,'last_page':2,'per_page':2,'total':3}",
       PAGINATION_STATED, "/v1/things?per_page=2&page=2"},
      {BASE "?per_page=2&page=2",
       "{'current_page':2,'data':@1,'last_page':2,'per_page':2,'total':3}", PAGINATION_END, NULL}}},
    {"Laravel's bare paginator, no parameter in the URL",
     {{BASE, "{'current_page':1,'data':@2,'last_page':2}", PAGINATION_STATED,
       "/v1/things?page=2"}}},
    {"Laravel's bare cursor paginator",
     {{BASE, "{'data':@2,'path':'x','per_page':2,'next_cursor':'A','prev_cursor':null}",
       PAGINATION_STATED, "/v1/things?cursor=A"}}},

    {"laravel-json-api",
     {{BASE,
       "{'data':@2,'meta':{'page':{'currentPage':1,'from':1,'lastPage':2,'perPage':2,'to':2,'total'"
       ":3}}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2",
       "{'data':@1,'meta':{'page':{'currentPage':2,'from':3,'lastPage':2,'perPage':2,'to':3,'total'"
       ":3}}}",
       PAGINATION_END, NULL}}},
    {"laravel-json-api in dashes",
     {{BASE, "{'data':@2,'meta':{'page':{'current-page':1,'last-page':2,'per-page':2}}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"}}},
    {"laravel-json-api, key renamed",
     {{BASE, "{'data':@2,'meta':{'paging':{'current_page':1,'last_page':2}}}", PAGINATION_STATED,
       "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':@2,'meta':{'paging':{'current_page':2,'last_page':2}}}",
       PAGINATION_END, NULL}}},
    {"laravel-json-api, un-nested",
     {{BASE "?page[number]=2", "{'data':@2,'meta':{'currentPage':2,'lastPage':2,'perPage':2}}",
       PAGINATION_END, NULL}}},
    {"laravel-json-api by cursor",
     {{BASE "?page[limit]=2",
       "{'data':@2,'meta':{'page':{'perPage':2,'from':'9','to':'8','hasMore':true}}}",
       PAGINATION_STATED, "/v1/things?page[limit]=2&page[after]=8"},
      {BASE "?page[limit]=2&page[after]=8",
       "{'data':@2,'meta':{'page':{'perPage':2,'from':'7','to':'6','hasMore':true}}}",
       PAGINATION_STATED, "/v1/things?page[limit]=2&page[after]=6"},
      {BASE "?page[limit]=2&page[after]=6",
       "{'data':@2,'meta':{'page':{'perPage':2,'from':'5','to':'4','hasMore':false}}}",
       PAGINATION_END, NULL}}},
    {"laravel-json-api by cursor, un-nested, ids as numbers",
     {{BASE, "{'data':@2,'meta':{'has-more':true,'from':9,'to':8}}", PAGINATION_STATED,
       "/v1/things?page[after]=8"}}},

    {"Django REST by number",
     {{BASE, "{'data':@2,'meta':{'pagination':{'page':1,'pages':2,'count':4}}}", PAGINATION_STATED,
       "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':@2,'meta':{'pagination':{'page':2,'pages':2,'count':4}}}",
       PAGINATION_END, NULL}}},
    {"Django REST by offset",
     {{BASE "?page[limit]=2", "{'data':@2,'meta':{'pagination':{'count':5,'limit':2,'offset':0}}}",
       PAGINATION_STATED, "/v1/things?page[limit]=2&page[offset]=2"},
      {BASE "?page[limit]=2&page[offset]=2",
       "{'data':@2,'meta':{'pagination':{'count':5,'limit':2,'offset':2}}}", PAGINATION_STATED,
       "/v1/things?page[limit]=2&page[offset]=4"},
      {BASE "?page[limit]=2&page[offset]=4",
       "{'data':@1,'meta':{'pagination':{'count':5,'limit':2,'offset':4}}}", PAGINATION_END,
       NULL}}},
    {"Django REST by offset, no parameter in the URL",
     {{BASE, "{'data':@2,'meta':{'pagination':{'count':5,'limit':2,'offset':0}}}",
       PAGINATION_STATED, "/v1/things?page[offset]=2"}}},
    {"Terraform style",
     {{BASE,
       "{'data':@2,'meta':{'pagination':{'current-page':1,'prev-page':null,'next-page':2,'total-"
       "pages':2,'total-count':"
       "3}}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2",
       "{'data':@1,'meta':{'pagination':{'current-page':2,'prev-page':1,'next-page':null,'total-"
       "pages':2,'total-count':"
       "3}}}",
       PAGINATION_END, NULL}}},
    {"Productive style",
     {{BASE "?page[size]=2",
       "{'data':@2,'meta':{'current_page':1,'total_pages':2,'total_count':3,'page_size':2,'max_"
       "page_size':200}}",
       PAGINATION_STATED, "/v1/things?page[size]=2&page[number]=2"},
      {BASE "?page[size]=2&page[number]=2",
       "{'data':@1,'meta':{'current_page':2,'total_pages':2,'total_count':3,'page_size':2}}",
       PAGINATION_END, NULL}}},
    {"stas/jsonapi.rb",
     {{BASE, "{'data':@2,'meta':{'pagination':{'current':1,'next':2,'last':3,'records':5}}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2",
       "{'data':@2,'meta':{'pagination':{'current':2,'first':1,'prev':1,'next':3,'last':3,'records'"
       ":5}}}",
       PAGINATION_STATED, "/v1/things?page[number]=3"},
      {BASE "?page[number]=3",
       "{'data':@1,'meta':{'pagination':{'current':3,'first':1,'prev':2,'records':5}}}",
       PAGINATION_END, NULL}}},
    {"JSONAPI-Resources by number",
     {{BASE, "{'data':@2,'meta':{'record-count':3,'page-count':2}}", PAGINATION_STATED,
       "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':@1,'meta':{'record-count':3,'page-count':2}}",
       PAGINATION_END, NULL}}},
    {"JSONAPI-Resources by offset",
     {{BASE "?page[offset]=0&page[limit]=2", "{'data':@2,'meta':{'recordCount':3}}",
       PAGINATION_STATED, "/v1/things?page[offset]=2&page[limit]=2"},
      {BASE "?page[offset]=2&page[limit]=2", "{'data':@1,'meta':{'recordCount':3}}", PAGINATION_END,
       NULL}}},
    {"Drupal",
     {{BASE "?page[limit]=80",
       "{'jsonapi':{},'data':@5,'meta':{'count':7},'links':{'next':{'href':'/v1/"
       "things?page%5Boffset%5D=5&page%5Blimit%5D=5'},'self':{'href':'/x'}}}",
       PAGINATION_STATED, "/v1/things?page[offset]=5&page[limit]=5"},
      {BASE "?page[offset]=5&page[limit]=5",
       "{'data':@2,'meta':{'count':7},'links':{'prev':{'href':'/v1/things'},'self':{'href':'/x'}}}",
       PAGINATION_END, NULL}}},
    {"crnk by offset",
     {{BASE "?page[offset]=0&page[limit]=2", "{'data':@2,'meta':{'totalResourceCount':3}}",
       PAGINATION_STATED, "/v1/things?page[offset]=2&page[limit]=2"},
      {BASE "?page[offset]=2&page[limit]=2", "{'data':@1,'meta':{'totalResourceCount':3}}",
       PAGINATION_END, NULL}}},
    {"JsonApiDotNetCore by number",
     {{BASE "?page[size]=2", "{'data':@2,'meta':{'total':5}}", PAGINATION_STATED,
       "/v1/things?page[size]=2&page[number]=2"},
      {BASE "?page[size]=2&page[number]=2", "{'data':@2,'meta':{'total':5}}", PAGINATION_STATED,
       "/v1/things?page[size]=2&page[number]=3"},
      {BASE "?page[size]=2&page[number]=3", "{'data':@1,'meta':{'total':5}}", PAGINATION_END,
       NULL}}},
    {"a total, started at the last page",
     {{BASE "?page[size]=2&page[number]=3", "{'data':@1,'meta':{'totalResources':5}}",
       PAGINATION_END, NULL}}},
    {"a total, size clamped",
     {{BASE "?page[size]=9", "{'data':@2,'meta':{'total':3}}", PAGINATION_STATED,
       "/v1/things?page[size]=9&page[number]=2"},
      {BASE "?page[size]=9&page[number]=2", "{'data':@1,'meta':{'total':3}}", PAGINATION_END,
       NULL}}},
    {"a total with empty pages up to it",
     {{BASE, "{'data':@2,'meta':{'total':9}}", PAGINATION_STATED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':[],'meta':{'total':9}}", PAGINATION_STATED,
       "/v1/things?page[number]=3"},
      {BASE "?page[number]=3", "{'data':[],'meta':{'total':9}}", PAGINATION_STATED,
       "/v1/things?page[number]=4"},
      {BASE "?page[number]=4", "{'data':@1,'meta':{'total':9}}", PAGINATION_STATED,
       "/v1/things?page[number]=5"},
      {BASE "?page[number]=5", "{'data':[],'meta':{'total':9}}", PAGINATION_END, NULL}}},
    {"a total with an empty page by offset",
     {{BASE "?page[limit]=2", "{'data':@2,'meta':{'count':5}}", PAGINATION_STATED,
       "/v1/things?page[limit]=2&page[offset]=2"},
      {BASE "?page[limit]=2&page[offset]=2", "{'data':[],'meta':{'count':5}}", PAGINATION_STATED,
       "/v1/things?page[limit]=2&page[offset]=4"},
      {BASE "?page[limit]=2&page[offset]=4", "{'data':@1,'meta':{'count':5}}", PAGINATION_END,
       NULL}}},
    {"kitsu.io",
     {{BASE "?page[limit]=2", "{'data':@2,'meta':{'count':3}}", PAGINATION_STATED,
       "/v1/things?page[limit]=2&page[offset]=2"},
      {BASE "?page[limit]=2&page[offset]=2", "{'data':@1,'meta':{'count':3}}", PAGINATION_END,
       NULL}}},
    {"a count of this page is not a total",
     {{BASE "?page[size]=2", "{'data':@2,'meta':{'count':2}}", PAGINATION_GUESSED,
       "/v1/things?page[size]=2&page[number]=2"}}},
    {"Elide",
     {{BASE, "{'data':@2,'meta':{'page':{'number':1,'totalPages':2,'limit':2,'totalRecords':3}}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"},
      {BASE "?page[number]=2",
       "{'data':@1,'meta':{'page':{'number':2,'totalPages':2,'limit':2,'totalRecords':3}}}",
       PAGINATION_END, NULL}}},
    {"Graphiti",
     {{BASE "?page[size]=2&stats[total]=count",
       "{'data':@2,'meta':{'stats':{'total':{'count':3}}}}", PAGINATION_STATED,
       "/v1/things?page[size]=2&stats[total]=count&page[number]=2"},
      {BASE "?page[size]=2&stats[total]=count&page[number]=2",
       "{'data':@1,'meta':{'stats':{'total':{'count':3}}}}", PAGINATION_END, NULL}}},
    {"cursor profile",
     {{BASE "?page[size]=1",
       "{'data':@1,'links':{'prev':null,'next':'?page[size]=1&page[after]=x'},'meta':{'page':{'"
       "total':1,'"
       "estimatedTotal':{'bestGuess':9}}}}",
       PAGINATION_STATED, "/v1/things?page[size]=1&page[after]=x"},
      {BASE "?page[size]=1&page[after]=x",
       "{'data':[],'links':{'prev':'?page[size]=1&page[before]=y','next':null},'meta':{'page':{'"
       "rangeTruncated':true}}"
       "}",
       PAGINATION_END, NULL}}},
    {"cursor profile without links",
     {{BASE "?page[size]=1", "{'data':[{'type':'t','id':'1','meta':{'page':{'cursor':'x'}}}]}",
       PAGINATION_GUESSED, "/v1/things?page[size]=1&page[after]=x"},
      {BASE "?page[size]=1&page[after]=x", "{'data':[]}", PAGINATION_END, NULL}}},
    {"a Link header",
     {{BASE, "{'data':@2}", PAGINATION_STATED, "/v1/things?p=2",
       "<?p=1>; rel=\"first\", </v1/things?p=2>; rel=\"next\"", NULL, NULL},
      {BASE "?p=2", "{'data':@2}", PAGINATION_END, NULL,
       "</v1/things?p=1>; rel=\"first\", <?p=1>; rel=prev", NULL, NULL}}},
    {"Sentry: a Link header to an empty page",
     {{BASE, "{'data':@2}", PAGINATION_STATED, "/v1/things?cursor=b",
       "<?cursor=a>; rel=\"previous\"; results=\"false\", <?cursor=b>; rel=\"next\"; "
       "results=\"true\"",
       NULL, NULL},
      {BASE "?cursor=b", "{'data':@2}", PAGINATION_END, NULL,
       "<?cursor=a>; rel=\"previous\"; results=\"true\", <?cursor=c>; rel=\"next\"; "
       "results=\"false\"",
       NULL, NULL}}},
    {"the body's link before the header's",
     {{BASE, "{'data':@2,'links':{'next':'?p=2'}}", PAGINATION_STATED, "/v1/things?p=2",
       "<?p=9>; rel=next", NULL, NULL}}},
    {"the header's link before numbers",
     {{BASE, "{'data':@2,'meta':{'current_page':1,'last_page':1}}", PAGINATION_STATED,
       "/v1/things?p=9", "<?p=9>; rel=next", NULL, NULL}}},
    {"X-Total",
     {{BASE "?page[size]=2", "{'data':@2}", PAGINATION_STATED,
       "/v1/things?page[size]=2&page[number]=2", NULL, "3", NULL},
      {BASE "?page[size]=2&page[number]=2", "{'data':@1}", PAGINATION_END, NULL, NULL, "3", NULL}}},
    {"X-Total-Pages",
     {{BASE "?page[size]=2", "{'data':@2}", PAGINATION_STATED,
       "/v1/things?page[size]=2&page[number]=2", NULL, NULL, "2"},
      {BASE "?page[size]=2&page[number]=2", "{'data':@2}", PAGINATION_END, NULL, NULL, NULL, "2"}}},

    {"Stripe",
     {{BASE "?limit=2", "{'object':'list','url':'/v1/things','has_more':true,'data':@2}",
       PAGINATION_STATED, "/v1/things?limit=2&starting_after=2"},
      {BASE "?limit=2&starting_after=2",
       "{'object':'list','url':'/v1/things','has_more':true,'data':@2}", PAGINATION_STATED,
       "/v1/things?limit=2&starting_after=4"},
      {BASE "?limit=2&starting_after=4",
       "{'object':'list','url':'/v1/things','has_more':false,'data':@1}", PAGINATION_END, NULL}}},
    {"Stripe, resources without ids",
     {{BASE, "{'object':'list','has_more':true,'data':[{'a':1}]}", PAGINATION_INCOMPLETE, NULL}}},
    {"Stripe, an empty page",
     {{BASE, "{'object':'list','has_more':true,'data':[]}", PAGINATION_INCOMPLETE, NULL}}},
    {"OpenAI",
     {{BASE "?limit=2", "{'object':'list','data':@2,'first_id':'1','last_id':'2','has_more':true}",
       PAGINATION_STATED, "/v1/things?limit=2&after=2"},
      {BASE "?limit=2&after=2",
       "{'object':'list','data':@1,'first_id':'3','last_id':'3','has_more':false}", PAGINATION_END,
       NULL}}},
    {"Anthropic",
     {{BASE, "{'data':@2,'first_id':'1','last_id':'2','has_more':true}", PAGINATION_STATED,
       "/v1/things?after_id=2"},
      {BASE "?after_id=2", "{'data':@1,'first_id':'3','last_id':'3','has_more':false}",
       PAGINATION_END, NULL}}},
    {"X",
     {{BASE "?max_results=2", "{'data':@2,'meta':{'result_count':2,'next_token':'7140w'}}",
       PAGINATION_STATED, "/v1/things?max_results=2&pagination_token=7140w"},
      {BASE "?max_results=2&pagination_token=7140w",
       "{'data':@2,'meta':{'result_count':2,'previous_token':'a','next_token':'b'}}",
       PAGINATION_STATED, "/v1/things?max_results=2&pagination_token=b"},
      {BASE "?max_results=2&pagination_token=b",
       "{'data':@1,'meta':{'result_count':1,'previous_token':'c'}}", PAGINATION_END, NULL}}},
    {"X, a parameter that the URL has",
     {{BASE "?next_token=a", "{'data':@2,'meta':{'next_token':'b'}}", PAGINATION_STATED,
       "/v1/things?next_token=b"}}},
    {"Lever",
     {{BASE "?limit=2", "{'data':@2,'hasNext':true,'next':'[1,2]'}", PAGINATION_STATED,
       "/v1/things?limit=2&offset=[1,2]"},
      {BASE "?limit=2&offset=[1,2]", "{'data':@1,'hasNext':false}", PAGINATION_END, NULL}}},
    {"Intercom",
     {{BASE "?per_page=2",
       "{'type':'list','data':@2,'total_count':3,'pages':{'type':'pages','next':{'page':2,'"
       "starting_after':'Wy0x'},'page':1,'per_page':2,'total_pages':2}}",
       PAGINATION_STATED, "/v1/things?per_page=2&starting_after=Wy0x"},
      {BASE "?per_page=2&starting_after=Wy0x",
       "{'type':'list','data':@1,'total_count':3,'pages':{'type':'pages','page':2,'per_page':2,'"
       "total_pages':2}}",
       PAGINATION_END, NULL}}},
    {"Twitch",
     {{BASE "?first=2", "{'data':@2,'pagination':{'cursor':'eyJi'}}", PAGINATION_STATED,
       "/v1/things?first=2&after=eyJi"},
      {BASE "?first=2&after=eyJi", "{'data':@2,'pagination':{'cursor':'eyJj'}}", PAGINATION_STATED,
       "/v1/things?first=2&after=eyJj"},
      {BASE "?first=2&after=eyJj", "{'data':@1,'pagination':{}}", PAGINATION_END, NULL}}},
    {"Roblox",
     {{BASE "?limit=2", "{'previousPageCursor':null,'nextPageCursor':'3f71b6','data':@2}",
       PAGINATION_STATED, "/v1/things?limit=2&cursor=3f71b6"},
      {BASE "?limit=2&cursor=3f71b6",
       "{'previousPageCursor':'017bf6','nextPageCursor':null,'data':@1}", PAGINATION_END, NULL}}},
    {"Samsara",
     {{BASE, "{'data':@2,'pagination':{'endCursor':'abc','hasNextPage':true}}", PAGINATION_STATED,
       "/v1/things?after=abc"},
      {BASE "?after=abc", "{'data':[],'pagination':{'endCursor':'def','hasNextPage':true}}",
       PAGINATION_STATED, "/v1/things?after=def"},
      {BASE "?after=def", "{'data':@1,'pagination':{'endCursor':'ghi','hasNextPage':false}}",
       PAGINATION_END, NULL}}},
    {"Duffel",
     {{BASE "?limit=2", "{'data':@2,'meta':{'limit':2,'before':null,'after':'g2wA'}}",
       PAGINATION_STATED, "/v1/things?limit=2&after=g2wA"},
      {BASE "?limit=2&after=g2wA", "{'data':@1,'meta':{'limit':2,'before':'x','after':null}}",
       PAGINATION_END, NULL}}},
    {"WorkOS",
     {{BASE, "{'data':@2,'list_metadata':{'before':null,'after':'om_1'}}", PAGINATION_STATED,
       "/v1/things?after=om_1"},
      {BASE "?after=om_1", "{'data':@1,'listMetadata':{'before':'om_0','after':null}}",
       PAGINATION_END, NULL}}},
    {"meta.before and meta.after that are null",
     {{BASE, "{'data':@2,'meta':{'before':null,'after':null}}", PAGINATION_END, NULL}}},
    {"meta.before and meta.after that are null, beside numbers",
     {{BASE, "{'data':@2,'meta':{'before':null,'after':null,'current_page':1,'last_page':2}}",
       PAGINATION_STATED, "/v1/things?page[number]=2"}}},
    {"Svix",
     {{BASE "?limit=2", "{'data':@2,'iterator':'app_2','prevIterator':'-app_1','done':false}",
       PAGINATION_STATED, "/v1/things?limit=2&iterator=app_2"},
      {BASE "?limit=2&iterator=app_2",
       "{'data':@1,'iterator':'app_3','prevIterator':'-app_3','done':true}", PAGINATION_END,
       NULL}}},
    {"UniFi Site Manager",
     {{BASE "?pageSize=2", "{'data':@2,'httpStatusCode':200,'traceId':'a','nextToken':'602'}",
       PAGINATION_STATED, "/v1/things?pageSize=2&nextToken=602"},
      {BASE "?pageSize=2&nextToken=602", "{'data':@1,'httpStatusCode':200,'traceId':'b'}",
       PAGINATION_END, NULL}}},
    {"Bitwarden",
     {{BASE, "{'object':'list','data':@2,'continuationToken':'2!AA'}", PAGINATION_STATED,
       "/v1/things?continuationToken=2!AA"},
      {BASE "?continuationToken=2!AA", "{'object':'list','data':@1,'continuationToken':null}",
       PAGINATION_END, NULL}}},
    {"Pipedrive v2",
     {{BASE "?limit=2", "{'data':@2,'success':true,'additional_data':{'next_cursor':'eyJm'}}",
       PAGINATION_STATED, "/v1/things?limit=2&cursor=eyJm"},
      {BASE "?limit=2&cursor=eyJm",
       "{'data':@1,'success':true,'additional_data':{'next_cursor':null}}", PAGINATION_END, NULL}}},
    {"Natural: a cursor in meta for a URL without brackets",
     {{BASE "?limit=2", "{'data':@2,'meta':{'pagination':{'hasMore':true,'nextCursor':'cur_e'}}}",
       PAGINATION_STATED, "/v1/things?limit=2&cursor=cur_e"},
      {BASE "?limit=2&cursor=cur_e",
       "{'data':@1,'meta':{'pagination':{'hasMore':false,'nextCursor':null}}}", PAGINATION_END,
       NULL}}},
    {"Miro's items",
     {{BASE "?limit=2", "{'data':@2,'total':3,'size':2,'cursor':'foo','limit':2}",
       PAGINATION_STATED, "/v1/things?limit=2&cursor=foo"},
      {BASE "?limit=2&cursor=foo", "{'data':@1,'total':3,'size':1,'limit':2}", PAGINATION_END,
       NULL}}},
    {"a cursor that repeats the request's",
     {{BASE "?cursor=foo", "{'data':@2,'cursor':'foo'}", PAGINATION_END, NULL}}},
    {"a cursor that does not move",
     {{BASE, "{'data':@2,'cursor':'foo'}", PAGINATION_STATED, "/v1/things?cursor=foo"},
      {BASE "?cursor=foo", "{'data':@2,'cursor':'foo'}", PAGINATION_LOOP, NULL}}},
    {"meta.after_cursor",
     {{BASE, "{'data':@2,'meta':{'has_more':true,'after_cursor':'a','before_cursor':'b'}}",
       PAGINATION_STATED, "/v1/things?page[after]=a"},
      {BASE "?page[after]=a",
       "{'data':@2,'meta':{'has_more':false,'after_cursor':'c','before_cursor':'d'}}",
       PAGINATION_END, NULL}}},
    {"nextPageToken",
     {{BASE, "{'data':@2,'nextPageToken':'t'}", PAGINATION_STATED, "/v1/things?pageToken=t"},
      {BASE "?pageToken=t", "{'data':@1,'nextPageToken':''}", PAGINATION_END, NULL}}},
    {"next_page_token",
     {{BASE, "{'data':@2,'next_page_token':'t'}", PAGINATION_STATED, "/v1/things?page_token=t"}}},
    {"nextPage as a token",
     {{BASE, "{'data':@2,'nextPage':'t','hasNext':true}", PAGINATION_STATED, "/v1/things?page=t"},
      {BASE "?page=t", "{'data':@1,'hasNext':false}", PAGINATION_END, NULL}}},
    {"a next token whose parameter is unknown",
     {{BASE "?limit=20", "{'data':@2,'next':'abc','limit':9}", PAGINATION_INCOMPLETE, NULL}}},
    {"Kong",
     {{BASE "?size=2", "{'next':'/v1/things?offset=WyI&size=2','offset':'WyI','data':@2}",
       PAGINATION_STATED, "/v1/things?offset=WyI&size=2"},
      {BASE "?offset=WyI&size=2", "{'next':null,'data':@1}", PAGINATION_END, NULL}}},
    {"Kong, one page", {{BASE, "{'next':null,'data':@2}", PAGINATION_END, NULL}}},
    {"Dailymotion",
     {{BASE, "{'data':@2,'page':1,'page_size':2,'total':null,'next':'" BASE "?page=2'}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2", "{'data':@1,'page':2,'page_size':2,'total':null,'next':null}",
       PAGINATION_END, NULL}}},
    {"Scryfall",
     {{BASE "?q=a",
       "{'object':'list','total_cards':3,'has_more':true,'next_page':'" BASE
       "?page=2&q=a','data':@2}",
       PAGINATION_STATED, "/v1/things?page=2&q=a"},
      {BASE "?page=2&q=a", "{'object':'list','total_cards':3,'has_more':false,'data':@1}",
       PAGINATION_END, NULL}}},
    {"Paddle",
     {{BASE,
       "{'data':@2,'meta':{'request_id':'r','pagination':{'per_page':2,'next':'" BASE
       "?after=2','has_more':true,'estimated_total':3}}}",
       PAGINATION_STATED, "/v1/things?after=2"},
      {BASE "?after=2",
       "{'data':@1,'meta':{'pagination':{'per_page':2,'next':'" BASE
       "?after=3','has_more':false,'estimated_total':3}}}",
       PAGINATION_END, NULL}}},
    {"links.next although no more is stated",
     {{BASE, "{'data':@2,'links':{'next':'?p=2'},'has_more':false}", PAGINATION_STATED,
       "/v1/things?p=2"}}},
    {"Fractal",
     {{BASE,
       "{'data':@2,'meta':{'pagination':{'total':3,'count':2,'per_page':2,'current_page':1,'total_"
       "pages':2,'links':{'next':'" BASE "?page=2'}}}}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2",
       "{'data':@1,'meta':{'pagination':{'total':3,'count':1,'per_page':2,'current_page':2,'total_"
       "pages':2,'links':{'previous':'/v1/things?page=1'}}}}",
       PAGINATION_END, NULL}}},
    {"Clever",
     {{BASE "?limit=2",
       "{'data':@2,'links':[{'rel':'self','uri':'/v1/things?limit=2'},{'rel':'next','uri':'/v1/"
       "things?limit=2&starting_after=2'}]}",
       PAGINATION_STATED, "/v1/things?limit=2&starting_after=2"},
      {BASE "?limit=2&starting_after=2",
       "{'data':@1,'links':[{'rel':'self','uri':'/v1/things'},{'rel':'prev','uri':'/v1/"
       "things?limit=2&ending_before=3'}]}",
       PAGINATION_END, NULL}}},
    {"Adyen",
     {{BASE,
       "{'data':@2,'itemsTotal':3,'pagesTotal':2,'_links':{'self':{'href':'/"
       "a'},'next':{'href':'" BASE "?pageNumber=2'}}}",
       PAGINATION_STATED, "/v1/things?pageNumber=2"},
      {BASE "?pageNumber=2",
       "{'data':@1,'itemsTotal':3,'pagesTotal':2,'_links':{'self':{'href':'/a'},'first':{'href':'/"
       "b'}}}",
       PAGINATION_END, NULL}}},
    {"US Treasury",
     {{BASE "?sort=a&page[size]=2",
       "{'data':@2,'meta':{'count':2,'total-count':3,'total-pages':2},'links':{'self':'&page%"
       "5Bnumber%5D=1&page%5Bsize%5D=2','prev':null,'next':'&page%5Bnumber%5D=2&page%5Bsize%5D=2','"
       "last':'&page%5Bnumber%5D=2&page%5Bsize%5D=2'}}",
       PAGINATION_STATED, "/v1/things?sort=a&page[size]=2&page[number]=2"},
      {BASE "?sort=a&page[size]=2&page[number]=2",
       "{'data':@1,'meta':{'count':1,'total-count':3,'total-pages':2},'links':{'prev':'&page%"
       "5Bnumber%5D=1','next':null}}",
       PAGINATION_END, NULL}}},
    {"Couchbase Capella",
     {{BASE,
       "{'data':@2,'cursor':{'pages':{'page':1,'next':2,'previous':0,'last':2,'perPage':2,'"
       "totalItems':3}}}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2",
       "{'data':@1,'cursor':{'pages':{'page':2,'next':0,'previous':1,'last':2,'perPage':2,'"
       "totalItems':3}}}",
       PAGINATION_END, NULL}}},
    {"Linode",
     {{BASE "?page_size=2", "{'data':@2,'page':1,'pages':2,'results':3}", PAGINATION_STATED,
       "/v1/things?page_size=2&page=2"},
      {BASE "?page_size=2&page=2", "{'data':@1,'page':2,'pages':2,'results':3}", PAGINATION_END,
       NULL}}},
    {"Strapi",
     {{BASE, "{'data':@2,'meta':{'pagination':{'page':1,'pageSize':2,'pageCount':2,'total':3}}}",
       PAGINATION_STATED, "/v1/things?pagination[page]=2"},
      {BASE "?pagination[page]=2",
       "{'data':@1,'meta':{'pagination':{'page':2,'pageSize':2,'pageCount':2,'total':3}}}",
       PAGINATION_END, NULL}}},
    {"Strapi by offset",
     {{BASE "?pagination[limit]=2",
       "{'data':@2,'meta':{'pagination':{'start':0,'limit':2,'total':3}}}", PAGINATION_STATED,
       "/v1/things?pagination[limit]=2&pagination[start]=2"},
      {BASE "?pagination[limit]=2&pagination[start]=2",
       "{'data':@1,'meta':{'pagination':{'start':2,'limit':2,'total':3}}}", PAGINATION_END, NULL}}},
    {"Directus",
     {{BASE "?limit=2", "{'data':@2,'meta':{'total_count':900,'filter_count':3}}",
       PAGINATION_STATED, "/v1/things?limit=2&offset=2"},
      {BASE "?limit=2&offset=2", "{'data':@1,'meta':{'total_count':900,'filter_count':3}}",
       PAGINATION_END, NULL}}},
    {"Elastic Path",
     {{BASE "?page[limit]=2",
       "{'data':@2,'meta':{'page':{'limit':2,'offset':0,'current':1,'total':2},'results':{'total':"
       "3,'all':3}}}",
       PAGINATION_STATED, "/v1/things?page[limit]=2&page[offset]=2"},
      {BASE "?page[limit]=2&page[offset]=2",
       "{'data':@1,'meta':{'page':{'limit':2,'offset':2,'current':2,'total':2},'results':{'total':"
       "3,'all':3}}}",
       PAGINATION_END, NULL}}},
    {"Feathers",
     {{BASE "?$limit=2", "{'total':3,'limit':2,'skip':0,'data':@2}", PAGINATION_STATED,
       "/v1/things?$limit=2&$skip=2"},
      {BASE "?$limit=2&$skip=2", "{'total':3,'limit':2,'skip':2,'data':@1}", PAGINATION_END,
       NULL}}},
    {"skip and limit",
     {{BASE "?limit=2", "{'data':@2,'meta':{'total':3,'limit':2,'skip':0}}", PAGINATION_STATED,
       "/v1/things?limit=2&skip=2"},
      {BASE "?limit=2&skip=2", "{'data':@1,'meta':{'total':3,'limit':2,'skip':2}}", PAGINATION_END,
       NULL}}},
    {"CurseForge",
     {{BASE "?pageSize=2",
       "{'data':@2,'pagination':{'index':0,'pageSize':2,'resultCount':2,'totalCount':3}}",
       PAGINATION_STATED, "/v1/things?pageSize=2&index=2"},
      {BASE "?pageSize=2&index=2",
       "{'data':@1,'pagination':{'index':2,'pageSize':2,'resultCount':1,'totalCount':3}}",
       PAGINATION_END, NULL}}},
    {"DataTables",
     {{BASE "?start=0&length=2", "{'draw':1,'recordsTotal':900,'recordsFiltered':3,'data':@2}",
       PAGINATION_STATED, "/v1/things?start=2&length=2"},
      {BASE "?start=2&length=2", "{'draw':2,'recordsTotal':900,'recordsFiltered':3,'data':@1}",
       PAGINATION_END, NULL}}},
    {"a filter named start is no offset",
     {{BASE "?start=1577836800&page[size]=2", "{'data':@2,'meta':{'total':3}}", PAGINATION_STATED,
       "/v1/things?start=1577836800&page[size]=2&page[number]=2"}}},
    {"Pipedrive v1",
     {{BASE "?limit=2",
       "{'data':@2,'success':true,'additional_data':{'pagination':{'start':0,'limit':2,'more_items_"
       "in_collection':true,'next_start':3}}}",
       PAGINATION_STATED, "/v1/things?limit=2&start=3"},
      {BASE "?limit=2&start=3",
       "{'data':@1,'success':true,'additional_data':{'pagination':{'start':3,'limit':2,'more_items_"
       "in_collection':false}}}",
       PAGINATION_END, NULL}}},
    {"Jikan",
     {{BASE "?limit=2",
       "{'pagination':{'last_visible_page':2,'has_next_page':true,'current_page':1,'items':{'count'"
       ":2,'total':3,'per_page':2}},'data':@2}",
       PAGINATION_STATED, "/v1/things?limit=2&page=2"},
      {BASE "?limit=2&page=2",
       "{'pagination':{'last_visible_page':2,'has_next_page':false,'current_page':2,'items':{'"
       "count':1,'total':3,'per_page':2}},'data':@1}",
       PAGINATION_END, NULL}}},
    {"Salesloft",
     {{BASE,
       "{'data':@2,'metadata':{'filtering':{},'paging':{'per_page':2,'current_page':1,'next_page':"
       "2,'prev_page':null}}}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2",
       "{'data':@1,'metadata':{'paging':{'per_page':2,'current_page':2,'next_page':null,'prev_page'"
       ":1}}}",
       PAGINATION_END, NULL}}},
    {"Zoho",
     {{BASE, "{'data':@2,'info':{'per_page':2,'count':2,'page':1,'more_records':true}}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2", "{'data':@1,'info':{'per_page':2,'count':1,'page':2,'more_records':false}}",
       PAGINATION_END, NULL}}},
    {"ServiceTitan",
     {{BASE, "{'page':1,'pageSize':2,'hasMore':true,'totalCount':null,'data':@2}",
       PAGINATION_STATED, "/v1/things?page=2"},
      {BASE "?page=2", "{'page':2,'pageSize':2,'hasMore':false,'totalCount':null,'data':@1}",
       PAGINATION_END, NULL}}},
    {"lastPage as a boolean",
     {{BASE, "{'data':@2,'meta':{'pageNumber':1,'lastPage':false}}", PAGINATION_STATED,
       "/v1/things?page[number]=2"},
      {BASE "?page[number]=2", "{'data':@2,'meta':{'pageNumber':2,'lastPage':true}}",
       PAGINATION_END, NULL}}},
    {"X-Next-Page",
     {{BASE "?per_page=2", "{'data':@2}", PAGINATION_STATED, "/v1/things?per_page=2&page=2",
       .next_page = "2"},
      {BASE "?per_page=2&page=2", "{'data':@2}", PAGINATION_END, NULL, .next_page = ""}}},
    {"ServiceM8: X-Next-Cursor",
     {{BASE "?cursor=-1", "{'data':@2}", PAGINATION_STATED, "/v1/things?cursor=a/b",
       .next_cursor = "a/b"},
      {BASE "?cursor=a%2Fb", "{'data':@2}", PAGINATION_END, NULL}}},
    {"X-Next-Cursor that does not change",
     {{BASE, "{'data':@2}", PAGINATION_STATED, "/v1/things?cursor=a", .next_cursor = "a"},
      {BASE "?cursor=a", "{'data':@2}", PAGINATION_LOOP, NULL, .next_cursor = "a"}}},
    {"X-Next-Cursor that is empty",
     {{BASE, "{'data':@2}", PAGINATION_END, NULL, .next_cursor = ""}}},
    {"Content-Range",
     {{BASE "?offset=0&limit=2", "{'data':@2}", PAGINATION_STATED, "/v1/things?offset=2&limit=2",
       .content_range = "0-1/3"},
      {BASE "?offset=2&limit=2", "{'data':@1}", PAGINATION_END, NULL, .content_range = "2-2/3"}}},
    {"Content-Range without a total",
     {{BASE "?offset=0&limit=2", "{'data':@2}", PAGINATION_GUESSED, "/v1/things?offset=2&limit=2",
       .content_range = "items 0-1/*"}}},
    {"Content-Range of bytes",
     {{BASE "?offset=0&limit=2", "{'data':@2}", PAGINATION_GUESSED, "/v1/things?offset=2&limit=2",
       .content_range = "bytes 0-99/100"}}},
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

/* Expands the short form to JSON; `next_id` counts resources from page to page. */
static struct json_document *read_page(const char *form, int *next_id) {
  struct buffer text;
  buffer_init(&text, 100000);
  for (const char *at = form; *at != '\0'; at++) {
    if (*at != '@') {
      buffer_putc(&text, *at == '\'' ? '"' : *at);
      continue;
    }
    if (at[1] == '=') *next_id = 1, at++;
    int count = *++at - '0';
    for (int i = 0; i < count; i++) {
      buffer_printf(&text, "%s{\"type\":\"things\",\"id\":\"%d\"}", i == 0 ? "[" : ",",
                    (*next_id)++);
    }
    buffer_putc(&text, ']');
  }
  if (!buffer_reserve(&text, JSON_PADDING)) abort();
  memset(text.bytes + text.length, 0, JSON_PADDING);
  struct json_document *document = json_new();
  const char *reason;
  if (json_parse(document, text.bytes, text.length, &reason) != JSON_FINE)
    printf("# %s: %s\n", form, reason);
  buffer_free(&text);
  return document;
}

static void unescape(const char *url, char *out) {
  for (; *url != '\0'; url++) {
    unsigned code;
    if (url[0] == '%' && sscanf(url + 1, "%2x", &code) == 1)
      *out++ = (char)code, url += 2;
    else
      *out++ = *url;
  }
  *out = '\0';
}

static bool same_url(const char *url, const char *expected) {
  char plain[1000], wanted[1000];
  if (expected == NULL) return true;
  if (url == NULL) return false;
  unescape(url, plain);
  snprintf(wanted, sizeof wanted, "%s%s", "https://api.test", expected);
  return strcmp(plain, wanted) == 0 || strcmp(plain, expected) == 0;
}

static struct pagination_response response_of(const struct page *page,
                                              struct json_document *document) {
  struct pagination_headers headers = {.total = page->total,
                                       .total_pages = page->total_pages,
                                       .next_page = page->next_page,
                                       .content_range = page->content_range,
                                       .cursor = page->next_cursor,
                                       .cursor_parameter = "cursor"};
  return (struct pagination_response){page->url, json_root(document), page->link, headers, false};
}

static bool runs_as_expected(struct pagination *paging, const struct page *page, int *next_id) {
  struct json_document *document = read_page(page->json, next_id);
  struct pagination_response answer = response_of(page, document);
  char *next = NULL;
  struct pagination_page examined = pagination_examine(&answer);
  enum pagination_step step = pagination_next(paging, &examined, &next);
  bool fine =
      step == page->step && same_url(next, page->next) && (step != PAGINATION_END || next == NULL);
  if (!fine) printf("#   %s: step %d, %s\n", page->url, step, next == NULL ? "nothing" : next);
  free(next);
  json_free(document);
  return fine;
}

static void test_listings(void) {
  for (size_t i = 0; i < sizeof listings / sizeof *listings; i++) {
    struct pagination paging = {0};
    bool fine = true;
    int next_id = 1;
    for (size_t j = 0; j < 5 && listings[i].pages[j].url != NULL; j++) {
      fine = runs_as_expected(&paging, &listings[i].pages[j], &next_id) && fine;
    }
    check(fine, listings[i].name);
    pagination_free(&paging);
  }
}

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

int main(void) {
  test_listings();
  test_facts();
  test_histories();
  test_many_pages();
  test_ahead();
  test_links();
  return check_end();
}
