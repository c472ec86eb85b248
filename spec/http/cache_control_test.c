/*
** cache_control_test.c: which responses may be stored, and their exact lifetimes. Headers are
** written with a line break after each field, names in lower case. The responses arrive at noon.
*/
#include "http/cache_control.h"

#include <string.h>

#include "check.h"

#define NOON 1898596800 /* Fri, 01 Mar 2030 12:00:00 GMT */
#define DATE "date: Fri, 01 Mar 2030 12:00:00 GMT\n"
#define EXPIRES "expires: Fri, 01 Mar 2030 12:01:00 GMT\n"
#define ETAG "etag: \"a\"\n"

static struct buffer read_headers(const char *lines) {
  struct buffer headers;
  buffer_init(&headers, (size_t)1 << 20);
  for (; *lines != '\0'; lines++) buffer_putc(&headers, *lines == '\n' ? '\0' : *lines);
  return headers;
}

static const struct {
  const char *headers;
  bool may_store;
  double lifetime; /* seconds */
} responses[] = {
    {"", false, 0},
    {"x: 1\n", false, 0},
    {ETAG, true, 0},
    {"last-modified: Fri, 01 Mar 2030 12:00:00 GMT\n", true, 0},
    {"cache-control: max-age=60\n", true, 60},
    {"cache-control: MAX-AGE=60\n", true, 60},
    {"cache-control: max-age = \"60\"\n", true, 60},
    {"cache-control: max-age=60, max-age=90\n", true, 60},
    {"cache-control: max-age=060\n", true, 60},
    {"cache-control: private\ncache-control: max-age=60\n", true, 60},
    {"cache-control: a=\"x, max-age=5\", max-age=60\n", true, 60},
    {"cache-control: a=\"\\\", max-age=5\", max-age=60\n", true, 60},
    {"cache-control: a=\"max-age=5\n", false, 0},
    {"cache-control: a=\"\\\n", false, 0},
    {"cache-control: xmax-age=60\n", false, 0},
    {"cache-control: max-agex=60\n", false, 0},
    {"cache-control: max-age=60s\n" ETAG, true, 0},
    {"cache-control: max-age=-60\n" ETAG, true, 0},
    {"cache-control: max-age=6 0\n", true, 6},
    {"cache-control: max-age\n" ETAG, true, 0},
    {"cache-control: max-age=2147483647\n", true, 2147483647},
    {"cache-control: max-age=2147483649\n", true, 2147483648},
    {"cache-control: max-age=99999999999999999999999999999999\n", true, 2147483648},
    {"cache-control: s-maxage=60\n", false, 0},
    {"cache-control: no-cache\n" ETAG, true, 0},
    {"cache-control: no-cache=\"a\", max-age=60\n" ETAG, true, 0},
    {"cache-control: max-age=60, no-cache\n", false, 0},
    {"cache-control: no-store\n" ETAG, false, 0},
    {"cache-control: no-store=1, max-age=60\n", false, 60},
    {"cache-control: max-age=60\ncache-control: no-store\n", false, 60},
    {"cache-control: max-age=60\nage: 20\n", true, 40},
    {"cache-control: max-age=60\nage: 60\n", false, 0},
    {"cache-control: max-age=60\nage: 90\n" ETAG, true, -30},
    {"cache-control: max-age=60\nage: x\n", true, 60},
    {"age: 5\n" ETAG, true, -5},
    {EXPIRES DATE, true, 60},
    {EXPIRES, true, 60},
    {EXPIRES "date: Fri, 01 Mar 2030 11:59:00 GMT\n", true, 120},
    {EXPIRES "date: Fri, 01 Mar 2030 13:00:00 GMT\n" ETAG, true, -3540},
    {EXPIRES "date: soon\n", true, 60},
    {EXPIRES DATE "age: 20\n", true, 40},
    {EXPIRES DATE "cache-control: max-age=5\n", true, 5},
    {EXPIRES DATE "cache-control: max-age=0\n", false, 0},
    {EXPIRES DATE "cache-control: no-cache\n" ETAG, true, 0},
    {"expires: 0\n" DATE ETAG, true, 0},
    {"expires: Fri, 01 Mar 2030 11:59:00 GMT\n", false, -60},
    {"vary: accept\n" ETAG, true, 0},
    {"vary: *\n" ETAG, false, 0},
    {"vary: accept,*\n" ETAG, false, 0},
    {"vary: accept\nvary: *\ncache-control: max-age=60\n", false, 60},
    {"vary: x-*\n" ETAG, true, 0},
};

static void test_responses(void) {
  for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
    struct buffer headers = read_headers(responses[i].headers);
    struct cache_lifetime lifetime = {.seconds = -1};
    bool may_store = cache_control_may_store(&headers, NOON, 0, &lifetime);
    char name[160], *at;
    snprintf(name, sizeof name, "%s (%s, %g s)", responses[i].headers,
             responses[i].may_store ? "stored" : "not stored", responses[i].lifetime);
    while ((at = strchr(name, '\n')) != NULL) *at = ';';
    check(may_store == responses[i].may_store && lifetime.seconds == responses[i].lifetime, name);
    buffer_free(&headers);
  }
}

static void test_ttl(void) {
  static const struct {
    const char *headers;
    bool may_store;
    double lifetime; /* seconds, with a ttl of 30 */
    bool must_revalidate;
  } cases[] = {
      {"", true, 30, false},
      {ETAG, true, 30, false},
      {"age: 10\n", true, 20, false},
      {"cache-control: private\n", true, 30, false},
      {"cache-control: max-age=60\n", true, 60, false},
      {"cache-control: max-age=0\n" ETAG, true, 0, false},
      {"cache-control: max-age=x\n" ETAG, true, 0, false},
      {"cache-control: no-cache\n" ETAG, true, 0, true},
      {"cache-control: no-store\n", false, 30, false},
      {"cache-control: must-revalidate\n", true, 30, true},
      {"vary: *\n", false, 30, false},
      {EXPIRES DATE, true, 60, false},
      {"expires: 0\n" ETAG, true, 0, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer headers = read_headers(cases[i].headers);
    struct cache_lifetime lifetime;
    bool may_store = cache_control_may_store(&headers, NOON, 30, &lifetime);
    char name[100];
    snprintf(name, sizeof name, "case %zu with a ttl", i);
    check(may_store == cases[i].may_store && lifetime.seconds == cases[i].lifetime &&
              lifetime.must_revalidate == cases[i].must_revalidate,
          name);
    buffer_free(&headers);
  }
}

static void test_long_field(void) {
  struct buffer headers = read_headers("cache-control: max-age=60, ");
  for (int i = 0; i < 100000; i++) buffer_puts(&headers, "aaaa, ");
  buffer_append(&headers, "", 1);
  struct cache_lifetime lifetime;
  check(!cache_control_may_store(&headers, NOON, 0, &lifetime),
        "a field that is too long counts as no-store");
  buffer_free(&headers);
}

static void test_validators(void) {
  static const struct {
    const char *headers;
    bool has;
  } cases[] = {{"", false},
               {ETAG, true},
               {"etag: \n", false},
               {"last-modified: x\n", true},
               {"last-modified: \n", false},
               {"etag: \nlast-modified: x\n", true},
               {"x-etag: a\n", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer headers = read_headers(cases[i].headers);
    check(cache_control_has_validator(&headers) == cases[i].has,
          "ETag and Last-Modified are validators if they are not empty");
    buffer_free(&headers);
  }
  struct buffer headers = read_headers(ETAG "x: \n");
  check(cache_control_has(&headers, "etag"), "a field with a value");
  check(!cache_control_has(&headers, "x") && !cache_control_has(&headers, "y"),
        "a field without a value, and none");
  buffer_free(&headers);
}

void cache_control_test(void) {
  test_responses();
  test_ttl();
  test_long_field();
  test_validators();
}
