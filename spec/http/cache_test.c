/*
** cache_test.c: what a private HTTP cache stores, for how long, and what it evicts. Headers are
** written with a line break after each field, names in lower case; the clock starts at 1000.
*/
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "http/cache.h"
#include "http/response_headers.h"

#define SIZE ((size_t)100000)
#define URL "https://api.test/things"
#define START 1000.0

static struct cache *new_cache(size_t size) {
  return cache_new(&(struct cache_policy){.size = size});
}

static struct buffer read_head(const char *lines) {
  struct buffer head;
  buffer_init(&head, SIZE);
  for (; *lines != '\0'; lines++) buffer_putc(&head, *lines == '\n' ? '\0' : *lines);
  return head;
}

static void keep_marked(struct cache *cache, const char *key, const char *lines, const char *body,
                        struct cache_mark mark) {
  struct buffer head = read_head(lines);
  struct cache_response response = {&head, body, strlen(body), mark, START};
  cache_store(cache, key, &response);
  buffer_free(&head);
}

static void keep(struct cache *cache, const char *key, const char *lines, const char *body) {
  keep_marked(cache, key, lines, body, cache_mark(cache));
}

static bool confirm(struct cache *cache, struct cache_entry *entry, const char *lines,
                    double asked) {
  struct buffer head = read_head(lines);
  struct cache_response response = {&head, NULL, 0, cache_mark(cache), asked};
  bool about = cache_freshen(cache, entry, &response);
  buffer_free(&head);
  return about;
}

enum state { NONE, STALE, FRESH };

static enum state state_of(struct cache *cache, const char *key, double now) {
  bool fresh = false;
  struct cache_entry *entry = cache_find(cache, key, now, &fresh);
  cache_release(entry);
  return entry == NULL ? NONE : fresh ? FRESH : STALE;
}

static bool body_is(struct cache *cache, const char *key, const char *body) {
  bool fresh;
  struct cache_entry *entry = cache_find(cache, key, START, &fresh);
  bool same = entry != NULL && entry->body_length == strlen(body) &&
              memcmp(entry->body, body, strlen(body)) == 0;
  cache_release(entry);
  return same;
}

static bool field_is(const struct cache_entry *entry, const char *name, const char *value) {
  const char *own = response_headers_value(&entry->headers, name);
  return value == NULL ? own == NULL : own != NULL && strcmp(own, value) == 0;
}

#define NEVER (-1)
#define ETAG "etag: \"a\"\n"
#define NOON "date: Fri, 01 Mar 2030 12:00:00 GMT\n"

/*
** Headers, and for how many seconds the response is fresh: NEVER if it is not stored, 0 if stale.
*/
static const struct {
  const char *head;
  int fresh;
} answers[] = {
    {"", NEVER},
    {ETAG, 0},
    {"etag: W/\"a\"\n", 0},
    {"last-modified: Fri, 01 Mar 2030 12:00:00 GMT\n", 0},
    {"etag: \nlast-modified: \n", NEVER},
    {"cache-control: max-age=60\n", 60},
    {"cache-control: private, max-age=60\n", 60},
    {"cache-control: Max-Age=60,must-revalidate\n", 60},
    {"cache-control: max-age = 60\n", 60},
    {"cache-control: max-age=\"60\"\n", 60},
    {"cache-control: private\ncache-control: max-age=60\n", 60},
    {"cache-control: max-age=60, max-age=90\n", 60},
    {"cache-control: private=\"set-cookie, max-age=5\", max-age=60\n", 60},
    {"cache-control: ext=\"a\\\"b, no-store\", max-age=60\n", 60},
    {"cache-control: ,, ,max-age=60,\n", 60},
    {"cache-control: =5, max-age=60\n", 60},
    {"cache-control: s-maxage=600, max-age=60\n", 60},
    {"cache-control: max-age=99999999999999999999\n", 2000000000},
    {"cache-control: s-maxage=600\n", NEVER},
    {"cache-control: public\n", NEVER},
    {"cache-control: max-age=0\n", NEVER},
    {"cache-control: max-age=0\n" ETAG, 0},
    {"cache-control: max-age=soon\n" ETAG, 0},
    {"cache-control: max-age=-5\n" ETAG, 0},
    {"cache-control: max-age=1.5\n" ETAG, 0},
    {"cache-control: max-age=\n" ETAG, 0},
    {"cache-control: max-age\n" ETAG, 0},
    {"cache-control: max-age=\"60\n" ETAG, 60},
    {"cache-control: no-cache\n" ETAG, 0},
    {"cache-control: no-cache, max-age=60\n" ETAG, 0},
    {"cache-control: no-cache=\"set-cookie\", max-age=60\n" ETAG, 0},
    {"cache-control: no-cache, max-age=60\n", NEVER},
    {"cache-control: no-store\n" ETAG, NEVER},
    {"cache-control: max-age=60, NO-STORE\n" ETAG, NEVER},
    {"cache-control: max-age=60\nage: 20\n", 40},
    {"cache-control: max-age=60\nage: 60\n" ETAG, 0},
    {"cache-control: max-age=60\nage: 70\n", NEVER},
    {"cache-control: max-age=60\nage: old\n", 60},
    {"expires: Fri, 01 Mar 2030 12:01:00 GMT\n" NOON, 60},
    {"expires: Fri, 01 Mar 2030 12:01:00 GMT\nage: 20\n" NOON, 40},
    {"expires: Friday, 01-Mar-30 12:01:00 GMT\n" NOON, 60},
    {"expires: Fri Mar  1 12:01:00 2030\n" NOON, 60},
    {"expires: Fri, 01 Mar 2030 11:00:00 GMT\n" NOON ETAG, 0},
    {"expires: 0\n" NOON ETAG, 0},
    {"expires: 0\n" NOON, NEVER},
    {"expires: Fri, 01 Mar 2030 13:00:00 GMT\ncache-control: max-age=60\n" NOON, 60},
    {"expires: Fri, 01 Mar 2030 13:00:00 GMT\ncache-control: max-age=0\n" NOON, NEVER},
    {"expires: Fri, 31 Dec 1999 23:59:59 GMT\n", NEVER},
    {"vary: Accept\n" ETAG, 0},
    {"vary: accept, Accept-Encoding\nvary: Authorization\n" ETAG, 0},
    {"vary: \n" ETAG, 0},
    {"vary: *\n" ETAG, NEVER},
    {"vary: Accept, *\n" ETAG, NEVER},
    {"vary: Cookie\n" ETAG, 0},
    {"vary: Accept\nvary: Origin\ncache-control: max-age=60\n" ETAG, 60},
};

static void test_answers(void) {
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    struct cache *cache = new_cache(SIZE);
    char name[120] = "", *at;
    int fresh = answers[i].fresh;
    keep(cache, URL, answers[i].head, "body");
    bool fine =
        fresh == NEVER ? state_of(cache, URL, START) == NONE : state_of(cache, URL, START) != NONE;
    if (fresh == 0) fine = fine && state_of(cache, URL, START) == STALE;
    if (fresh > 0) fine = fine && state_of(cache, URL, START + fresh - 0.1) == FRESH;
    if (fresh > 0 && fresh < 1000000) fine = fine && state_of(cache, URL, START + fresh) != FRESH;
    snprintf(name, sizeof name, "%s (%d)", answers[i].head, fresh);
    while ((at = strchr(name, '\n')) != NULL) *at = ';';
    check(fine, name);
    check(cache_count(cache) == 1 || cache_used(cache) == 0,
          "a response that is not stored takes no memory");
    cache_free(cache);
  }
}

static void test_expires_without_date(void) {
  struct cache *cache = new_cache(SIZE);
  char head[100];
  time_t soon = time(NULL) + 100;
  strftime(head, sizeof head, "expires: %a, %d %b %Y %H:%M:%S GMT\n", gmtime(&soon));
  keep(cache, URL, head, "body");
  check(state_of(cache, URL, START + 90) == FRESH, "Expires counts from now if there is no Date");
  check(state_of(cache, URL, START + 101) == NONE, "and the entry expires");
  cache_free(cache);
}

static void test_keys(void) {
  struct cache *cache = new_cache(SIZE);
  keep(cache, URL "\nAccept: a", ETAG, "one");
  keep(cache, URL "\nAccept: b", ETAG, "two");
  keep(cache, URL "?x=1\nAccept: a", ETAG, "");
  check(cache_count(cache) == 3, "keys are distinct");
  check(body_is(cache, URL "\nAccept: a", "one") && body_is(cache, URL "\nAccept: b", "two"),
        "each key has its own body");
  check(body_is(cache, URL "?x=1\nAccept: a", ""), "an empty body is stored");
  check(state_of(cache, URL, START) == NONE, "a prefix of a key does not match");
  size_t used = cache_used(cache);
  keep(cache, URL "\nAccept: a", ETAG, "six");
  check(body_is(cache, URL "\nAccept: a", "six") && cache_count(cache) == 3,
        "a response replaces the previous one");
  check(cache_used(cache) == used, "a replacement frees the memory of the previous one");
  keep(cache, URL "\nAccept: a", "cache-control: no-store\n" ETAG, "");
  check(state_of(cache, URL "\nAccept: a", START) == NONE,
        "a response with no-store removes the entry");
  keep(cache, URL "\nAccept: b", "x: y\n", "");
  check(cache_count(cache) == 1, "a response without freshness and validators removes the entry");
  cache_free(cache);
}

static void test_size(void) {
  struct cache *cache = new_cache(SIZE);
  char key[100], *body = calloc(1, SIZE);
  bool bounded = true, newest = true;
  for (int i = 0; i < 20000; i++) {
    snprintf(key, sizeof key, URL "/%d", i);
    memset(body, 'x', 100 + (size_t)i % 1000);
    body[100 + i % 1000] = '\0';
    keep(cache, key, ETAG, body);
    bounded = bounded && cache_used(cache) <= SIZE;
    newest = newest && state_of(cache, key, START) == STALE;
  }
  check(bounded, "20,000 responses never take more than the size");
  check(newest, "the newest entry is always stored");
  check(cache_used(cache) > SIZE / 2 && cache_count(cache) > 50, "the cache uses most of its size");
  memset(body, 'x', SIZE / 4 - 50);
  body[SIZE / 4 - 50] = '\0';
  keep(cache, key, ETAG, body);
  check(state_of(cache, key, START) == NONE,
        "a response larger than a quarter is not stored, and removes the entry");
  body[SIZE / 4 - 2000] = '\0';
  keep(cache, key, ETAG, body);
  check(state_of(cache, key, START) == STALE, "a slightly smaller response is stored");
  cache_free(cache_hold(cache));
  check(cache_count(cache) > 0, "a cache with another owner keeps its entries");
  cache_free(cache);
  cache = new_cache(1);
  keep(cache, URL, ETAG, "");
  check(cache_count(cache) == 0, "a cache of one byte stores nothing");
  cache_free(cache);
  free(body);
}

static void test_eviction(void) {
  struct cache *cache = new_cache(10000);
  char key[100], body[1001];
  memset(body, 'x', 1000);
  body[1000] = '\0';
  keep(cache, "first", ETAG, body);
  keep(cache, "second", ETAG, body);
  for (int i = 0; i < 50; i++) {
    snprintf(key, sizeof key, "%d", i);
    keep(cache, key, ETAG, body);
    state_of(cache, "first", START);
  }
  check(state_of(cache, "first", START) == STALE, "a used entry stays");
  check(state_of(cache, "second", START) == NONE, "an unused entry is evicted");
  check(state_of(cache, "49", START) == STALE && state_of(cache, "0", START) == NONE,
        "the oldest entry is evicted first");
  cache_free(cache);
}

static void test_holds(void) {
  struct cache *cache = new_cache(SIZE);
  bool fresh;
  keep(cache, URL, ETAG, "body");
  struct cache_entry *entry = cache_find(cache, URL, START, &fresh),
                     *again = cache_find(cache, URL, START, &fresh);
  check(entry == again, "an entry may be held twice");
  cache_release(again);
  keep(cache, URL, "etag: \"b\"\n", "new");
  check(memcmp(entry->body, "body", 4) == 0, "a held entry outlives its replacement");
  check(confirm(cache, entry, ETAG, START) && cache_count(cache) == 1 && body_is(cache, URL, "new"),
        "a 304 confirms a held entry without changing its replacement");
  cache_release(entry);
  entry = cache_find(cache, URL, START, &fresh);
  cache_free(cache);
  check(memcmp(entry->body, "new", 3) == 0 && field_is(entry, "etag", "\"b\""),
        "a held entry outlives the cache");
  cache_release(entry);
  cache_release(NULL);
  cache_free(NULL);
  check(cache_hold(NULL) == NULL, "no cache may be held");
}

static void test_expiry(void) {
  struct cache *cache = new_cache(SIZE);
  bool fresh;
  keep(cache, "a", "cache-control: max-age=60\n" ETAG, "a");
  keep(cache, "b", "cache-control: max-age=60\n", "b");
  struct cache_mark before = cache_mark(cache);
  cache_expire(cache);
  check(state_of(cache, "a", START) == STALE, "after a write a fresh entry is stale");
  check(state_of(cache, "b", START) == NONE,
        "after a write an entry without validators is removed");
  keep_marked(cache, "b", "cache-control: max-age=60\n" ETAG, "b", before);
  check(state_of(cache, "b", START) == STALE, "a response to a request before the write is stale");
  keep(cache, "c", "cache-control: max-age=60\n", "c");
  check(state_of(cache, "c", START) == FRESH, "a response to a request after the write is fresh");
  struct cache_entry *entry = cache_find(cache, "a", START, &fresh);
  check(confirm(cache, entry, ETAG, START) && state_of(cache, "a", START + 59) == FRESH,
        "a 304 makes it fresh again");
  cache_release(entry);
  cache_free(cache);
}

static void test_stale_if_error(void) {
  struct cache *cache =
      cache_new(&(struct cache_policy){.size = SIZE, .ttl = 10, .stale_if_error = 20});
  bool fresh;
  keep(cache, "a", "", "a");
  keep(cache, "b", "cache-control: max-age=60, must-revalidate\n" ETAG, "b");
  check(state_of(cache, "a", START + 9) == FRESH,
        "a response without a lifetime is fresh for the ttl");
  check(state_of(cache, "a", START + 29) == STALE,
        "an entry without validators is kept while it may be used");
  struct cache_entry *a = cache_find(cache, "a", START + 29, &fresh),
                     *b = cache_find(cache, "b", START + 61, &fresh);
  check(cache_may_use_stale(cache, a, START + 29) && !cache_may_use_stale(cache, a, START + 30),
        "a stale entry may be used for 20 s");
  check(!fresh && !cache_may_use_stale(cache, b, START + 61), "must-revalidate forbids that");
  check(confirm(cache, b, "cache-control: max-age=60\n", START + 61) &&
            cache_may_use_stale(cache, b, START + 140) &&
            !cache_may_use_stale(cache, b, START + 141),
        "a 304 sets the times anew");
  cache_expire(cache);
  check(!cache_may_use_stale(cache, a, START + 11), "nor may one be used after a write");
  cache_release(a);
  cache_release(b);
  check(state_of(cache, "a", START + 31) == NONE, "then an entry without validators is removed");
  cache_free(cache);
}

/* Stores a response with `kept`, confirms it with a 304 with `fields` a minute later, holds it. */
static struct cache_entry *confirmed(struct cache *cache, const char *kept, const char *fields,
                                     bool *about) {
  bool fresh;
  keep(cache, URL, kept, "body");
  struct cache_entry *entry = cache_find(cache, URL, START, &fresh);
  *about = confirm(cache, entry, fields, START + 60);
  return entry;
}

static void test_confirmation(void) {
  struct cache *cache = new_cache(SIZE);
  bool about;
  struct cache_entry *entry =
      confirmed(cache,
                "cache-control: max-age=10\netag: W/\"a\"\nage: 5\ndate: then\nlink: <x>\n"
                "x: old\ncontent-type: application/json\ncontent-encoding: gzip\n",
                "etag: \"a\"\ncache-control: max-age=20\nage: 3\nx: new\nx: newer\n"
                "content-type: text/html\ncontent-length: 0\ny: z\n",
                &about);
  check(about, "a strong ETag confirms a weak one");
  check(field_is(entry, "etag", "W/\"a\""), "the weak ETag is kept");
  check(field_is(entry, "cache-control", "max-age=20") && field_is(entry, "age", "3"),
        "the 304 replaces fields");
  check(field_is(entry, "x", "new") && field_is(entry, "y", "z"),
        "the 304 replaces repeated fields and adds new ones");
  check(field_is(entry, "link", "<x>"), "other fields stay");
  check(field_is(entry, "date", NULL), "the Date of the first response is removed");
  check(field_is(entry, "content-type", "application/json") &&
            field_is(entry, "content-encoding", "gzip") && field_is(entry, "content-length", NULL),
        "fields that describe the body stay");
  check(state_of(cache, URL, START + 76.9) == FRESH && state_of(cache, URL, START + 77) == STALE,
        "it is fresh for the 304's lifetime");
  cache_release(entry);

  cache_release(confirmed(cache, "cache-control: max-age=10\nage: 5\n" ETAG, "", &about));
  check(about && state_of(cache, URL, START + 69) == FRESH,
        "a 304 without freshness restores the original lifetime");
  cache_release(confirmed(cache, ETAG, "etag: \"b\"\n", &about));
  check(!about && cache_count(cache) == 0, "a 304 for another ETag does not confirm");
  cache_release(confirmed(cache, "last-modified: then\n", "last-modified: now\n", &about));
  check(!about && cache_count(cache) == 0, "a 304 for another Last-Modified does not confirm");
  cache_release(
      confirmed(cache, "last-modified: then\n" ETAG, "last-modified: now\n" ETAG, &about));
  check(about && cache_count(cache) == 1,
        "a 304 with the same ETag confirms despite Last-Modified");
  entry = confirmed(cache, "last-modified: then\n", "last-modified: then\n" ETAG, &about);
  check(about && field_is(entry, "etag", "\"a\""), "a 304 may add an ETag");
  cache_release(entry);
  cache_release(confirmed(cache, ETAG, "cache-control: no-store\n", &about));
  check(about && cache_count(cache) == 0, "a 304 with no-store confirms and removes the entry");
  cache_release(confirmed(cache, ETAG, "vary: *\n", &about));
  check(about && cache_count(cache) == 0, "a 304 with Vary: * confirms and removes the entry");
  cache_release(
      confirmed(cache, "cache-control: max-age=10\n" ETAG, "cache-control: no-cache\n", &about));
  check(about && state_of(cache, URL, START + 60) == STALE,
        "a 304 with no-cache leaves the entry stale");
  cache_free(cache);
}

static void test_growing_heads(void) {
  struct cache *cache = new_cache(10000);
  char key[20], head[600] = "x: ";
  bool fresh, bounded = true;
  memset(head + 3, 'x', 500);
  strcpy(head + 503, "\n");
  for (int i = 0; i < 40; i++) {
    snprintf(key, sizeof key, "%d", i);
    keep(cache, key, ETAG, "body");
  }
  for (int i = 0; i < 40; i++) {
    snprintf(key, sizeof key, "%d", i);
    struct cache_entry *entry = cache_find(cache, key, START, &fresh);
    if (entry != NULL)
      bounded = confirm(cache, entry, head, START) && cache_used(cache) <= 10000 && bounded;
    cache_release(entry);
  }
  check(bounded, "growing headers stay within the size");
  char *huge = calloc(1, 5000);
  memcpy(huge, "x: ", 3);
  memset(huge + 3, 'x', 4990);
  huge[4993] = '\n';
  keep(cache, URL, ETAG, "body");
  struct cache_entry *entry = cache_find(cache, URL, START, &fresh);
  check(confirm(cache, entry, huge, START) && state_of(cache, URL, START) == NONE,
        "an entry that grew too large is removed");
  cache_release(entry);
  free(huge);
  cache_free(cache);
}

void cache_test(void) {
  test_answers();
  test_expires_without_date();
  test_keys();
  test_size();
  test_eviction();
  test_holds();
  test_expiry();
  test_stale_if_error();
  test_confirmation();
  test_growing_heads();
}
