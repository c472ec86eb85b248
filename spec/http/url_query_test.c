/*
** url_query_test.c: url_query.h.
*/
#include "http/url_query.h"

#include <string.h>

#include "check.h"

/* Checks the value of a parameter; NULL means that there is none, or that it is not returned. */
static void get(const char *url, const char *name, const char *expected) {
  char value_buffer[16], text[256];
  struct url_query query = url_query_read(url);
  const char *value = url_query_get(&query, name, value_buffer, sizeof value_buffer);
  snprintf(text, sizeof text, "%s of %s", name, url);
  check(value == NULL || expected == NULL ? value == expected : strcmp(value, expected) == 0, text);
}

static void has(const char *url, const char *name, bool expected) {
  struct url_query query = url_query_read(url);
  check(url_query_has(&query, name) == expected, url);
}

void url_query_test(void) {
  static const char url[] =
      "http://h/p?page%5Bnumber%5D=12&a+b=c+d%21&empty=&bare&page[size]=50&nul=a%00b&x=1&x=2";
  get(url, "page[number]", "12");
  get(url, "page[size]", "50");
  get(url, "a b", "c d!");
  get(url, "empty", "");
  get(url, "bare", "");
  get(url, "x", "1");
  get(url, "nul", NULL);
  get(url, "page", NULL);
  get("http://h/", "a", NULL);
  get("nonsense", "a", NULL);
  get("http://h/p#?a=1", "a", NULL);
  get("http://h/p?a=1#&a=2", "a", "1");
  get("http://h/p?a=123456789012345", "a", "123456789012345");
  get("http://h/p?a=1234567890123456", "a", NULL); /* longer than the buffer */
  has("http://h/p?a=1234567890123456", "a", true);
  has("http://h/p?b=a", "a", false);
  static const char many[] = "http://h/p?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&i=11&k";
  get(many, "a", "1");
  get(many, "h", "8");
  get(many, "i", "9");
  get(many, "j", "10");
  get(many, "k", "");
  get(many, "l", NULL);
  has(many, "k", true);
  has(many, "l", false);
  has("http://h/p?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8", "i", false);
}
