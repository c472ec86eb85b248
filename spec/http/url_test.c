/*
** url_test.c: url.h.
*/
#include "http/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "base/buffer.h"

static void check_detail(bool passed, const char *name, const char *detail) {
  char text[1100];
  snprintf(text, sizeof text, "%s: %s", name, detail);
  check(passed, text);
}

/* Compares a result, which it frees, with the expected text; NULL means rejected. */
static void check_text(const char *name, char *got, const char *expected) {
  bool equal = got == NULL || expected == NULL ? got == expected : strcmp(got, expected) == 0;
  char detail[1024];
  snprintf(detail, sizeof detail, equal ? "%s" : "got %s, expected %s",
           got == NULL ? "refused" : got, expected == NULL ? "refused" : expected);
  check_detail(equal, name, detail);
  free(got);
}

static void encode(const char *bytes, size_t length, const char *expected) {
  struct buffer out;
  buffer_init(&out, URL_MAXIMUM);
  check_detail(url_encode(&out, bytes, length), "encode", "went well");
  const char *text = buffer_text(&out);
  check_text("encode", text == NULL ? NULL : strdup(text), expected);
  buffer_free(&out);
}

static void test_encode(void) {
  encode("", 0, "");
  encode("AZaz09-._~", 10, "AZaz09-._~");
  encode("page[size]", 10, "page%5Bsize%5D");
  encode("a b+c&d=e%f/g?h#", 16, "a%20b%2Bc%26d%3De%25f%2Fg%3Fh%23");
  encode("\xC3\xA9", 2, "%C3%A9");
  encode("\0\r\n\xFF", 4, "%00%0D%0A%FF");
  struct buffer small;
  buffer_init(&small, 4);
  check_detail(!url_encode(&small, "a b c", 5), "encode", "fails when the buffer is full");
  buffer_free(&small);
}

/* The examples of RFC 3986, 5.4, without their fragments, and what servers write into links. */
static void test_resolve(void) {
  static const char base[] = "http://a/b/c/d;p?q";
  static const struct {
    const char *reference, *expected;
  } cases[] = {{"g", "http://a/b/c/g"},
               {"./g", "http://a/b/c/g"},
               {"g/", "http://a/b/c/g/"},
               {"/g", "http://a/g"},
               {"//g", "http://g/"},
               {"?y", "http://a/b/c/d;p?y"},
               {"g?y", "http://a/b/c/g?y"},
               {"#s", "http://a/b/c/d;p?q"},
               {"g#s", "http://a/b/c/g"},
               {"g?y#s", "http://a/b/c/g?y"},
               {";x", "http://a/b/c/;x"},
               {"g;x", "http://a/b/c/g;x"},
               {"", "http://a/b/c/d;p?q"},
               {".", "http://a/b/c/"},
               {"./", "http://a/b/c/"},
               {"..", "http://a/b/"},
               {"../", "http://a/b/"},
               {"../g", "http://a/b/g"},
               {"../..", "http://a/"},
               {"../../g", "http://a/g"},
               {"../../../g", "http://a/g"},
               {"/./g", "http://a/g"},
               {"/../g", "http://a/g"},
               {"g.", "http://a/b/c/g."},
               {"..g", "http://a/b/c/..g"},
               {"./../g", "http://a/b/g"},
               {"g/./h", "http://a/b/c/g/h"},
               {"g/../h", "http://a/b/c/h"},
               {"g?y/../x", "http://a/b/c/g?y/../x"},
               {"http://x/y?z", "http://x/y?z"},
               {"HTTPS://X/y", "https://X/y"},
               {"http://x", "http://x/"},
               {"?page[number]=2&a=%5B", "http://a/b/c/d;p?page[number]=2&a=%5B"},
               {"/p\"<>\\^`{|}x?a=\"<>\\^`{|}",
                "http://a/p%22%3C%3E%5C%5E%60%7B%7C%7Dx"
                "?a=%22%3C%3E%5C%5E%60%7B%7C%7D"},
               {"http://x/{y}?{z}#{}", "http://x/%7By%7D?%7Bz%7D"},
               {"//x/{y}", "http://x/%7By%7D"},
               {"?a=%7B[1]%", "http://a/b/c/d;p?a=%7B[1]%"},
               {"/\\x/y", "http://a/%5Cx/y"},
               {"\\\\x/y", "http://a/b/c/%5C%5Cx/y"},
               {"http://x{y}/", NULL},
               {"http://x\\y/", NULL},
               {"//x\\y/", NULL},
               {"//u:p@g/", NULL},
               {"ftp://x/y", NULL},
               {"mailto:a@b.c", NULL},
               {"javascript:alert(1)", NULL},
               {"file:///etc/passwd", NULL},
               {"/a\r\nX: y", NULL},
               {"/a\x01", NULL},
               {"/a\x7F", NULL},
               {"http:/x", NULL},
               {"http:///x", NULL},
               {"http:", NULL},
               {"http://", NULL},
               {"http://a b/", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    check_text("resolve", url_resolve(base, cases[i].reference), cases[i].expected);
  }
  char *encoded = url_resolve(base, "/a\xC3\xA9?q=a b");
  check_detail(encoded != NULL && strpbrk(encoded, " \xC3\xA9") == NULL, "resolve",
               "a space and bare UTF-8 are encoded");
  free(encoded);
  check_text("resolve beside a query with a path", url_resolve("https://h?x=/a/b", "c"),
             "https://h/c");
  check_text("resolve beside nonsense", url_resolve("nonsense", "/a"), NULL);
  check_text("resolve beside another scheme", url_resolve("ftp://h/", "/a"), NULL);
}

static void test_origin(void) {
  static const char *const names[] = {"same", "downgraded", "other"};
  static const struct {
    const char *a, *b;
    enum url_origin expected;
  } cases[] = {{"https://h/a", "https://h/b?c", URL_SAME},
               {"https://h", "https://H:443/", URL_SAME},
               {"http://h:80", "http://h", URL_SAME},
               {"https://h:8443/", "https://h:8443", URL_SAME},
               {"https://[::1]/", "https://[::1]:443/", URL_SAME},
               {"https://h/", "http://h/", URL_DOWNGRADED},
               {"https://h/", "http://h:80/", URL_DOWNGRADED},
               {"https://h/", "http://h:443/", URL_DOWNGRADED},
               {"https://h:8443/", "http://h/", URL_DOWNGRADED},
               {"https://h:8443/", "http://h:8443/", URL_DOWNGRADED},
               {"https://h/", "http://h:8080/", URL_OTHER},
               {"https://h:8443/", "http://h:8444/", URL_OTHER},
               {"http://h/", "https://h/", URL_OTHER},
               {"https://h/", "https://h:444/", URL_OTHER},
               {"https://h/", "https://x.h/", URL_OTHER},
               {"https://h/", "http://x/", URL_OTHER},
               {"https://h/", "https://h@x/", URL_OTHER},
               {"https://h/", "https://x\\@h/", URL_OTHER},
               {"https://h/", "/a", URL_OTHER},
               {"", "", URL_OTHER}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum url_origin got = url_compare_origin(cases[i].a, cases[i].b);
    char detail[256];
    snprintf(detail, sizeof detail, "%s, %s: %s", cases[i].a, cases[i].b, names[got]);
    check_detail(got == cases[i].expected, "origin", detail);
  }
  check_text("on origin", url_on_origin("https://h/base?x", "http://h:80/v1/a?page[size]=2#f"),
             "https://h/v1/a?page[size]=2");
  check_text("on origin", url_on_origin("https://h:8443", "http://h"), "https://h:8443/");
  check_text("on origin", url_on_origin("https://h", "/v1"), NULL);
  check_text("on origin", url_on_origin("h", "http://h/"), NULL);
}

static void test_host(void) {
  static const struct {
    const char *url;
    bool loopback;
  } cases[] = {{"http://localhost/", true},
               {"http://LOCALHOST:8080", true},
               {"http://api.localhost/", true},
               {"http://localhost./", true},
               {"http://127.0.0.1:99/", true},
               {"http://127.200.3.4/", true},
               {"https://[::1]:8443/", true},
               {"http://[0:0:0:0:0:0:0:1]/", true},
               {"http://127.0.0.1.evil.com/", false},
               {"http://localhost.evil.com/", false},
               {"http://notlocalhost/", false},
               {"http://128.0.0.1/", false},
               {"http://[::2]/", false},
               {"http://localhost@evil.com/", false},
               {"http://.localhost.x/", false},
               {"localhost", false},
               {"", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    check_detail(url_is_loopback(cases[i].url) == cases[i].loopback, "loopback", cases[i].url);
  }
  check_text("host", url_host("https://MyCompany.API.harnest.io:443/v1"),
             "mycompany.api.harnest.io");
  check_text("host", url_host("https://[::1]/"), "[::1]");
  check_text("host", url_host("nonsense"), NULL);
  check_detail(url_is_plain("http://h/"), "plain", "http");
  check_detail(url_is_plain("HTTP://h/"), "plain", "HTTP");
  check_detail(!url_is_plain("https://h/"), "plain", "not https");
  check_detail(!url_is_plain("h"), "plain", "not text without a scheme");
}

static void test_path(void) {
  static const struct {
    const char *url, *expected;
  } cases[] = {{"https://h", ""},
               {"https://h/", "/"},
               {"https://h:1/a/b?x=/c#d", "/a/b?x=/c#d"},
               {"https://h?x=1", "?x=1"},
               {"https://h?x=/1", "?x=/1"},
               {"https://h#/f", "#/f"},
               {"https://[::1]:1/a", "/a"},
               {"nonsense/a", ""},
               {"", ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_text("path", strdup(url_path(cases[i].url)), cases[i].expected);
}

static void test_parameters(void) {
  static const struct {
    const char *url, *name, *value, *expected;
  } cases[] = {
      {"http://h", "a", "1", "http://h/?a=1"},
      {"http://h/p?", "a", "1", "http://h/p?a=1"},
      {"http://h/p?b=2#f", "a", "1", "http://h/p?b=2&a=1"},
      {"http://h/p?a=0&b=2", "a", "1", "http://h/p?a=1&b=2"},
      {"http://h/p?a=0&b=2&a=9&c", "a", "1", "http://h/p?a=1&b=2&c"},
      {"http://h/p?a&b", "a", "1", "http://h/p?a=1&b"},
      {"http://h/p?a=0&ab=2&A=3", "ab", "1", "http://h/p?a=0&ab=1&A=3"},
      {"http://h/p?page%5Bnumber%5D=1&x=%5b+y", "page[number]", "2",
       "http://h/p?page%5Bnumber%5D=2&x=%5b+y"},
      {"http://h/p?page[number]=1", "page[number]", "2", "http://h/p?page%5Bnumber%5D=2"},
      {"http://h/p?page%5bnumber%5d=1", "page[number]", "2", "http://h/p?page%5Bnumber%5D=2"},
      {"http://h/p?a+b=1&a%20b=2", "a b", "3", "http://h/p?a%20b=3"},
      {"http://h/p?%zz=1&%=2", "%zz", "x", "http://h/p?%25zz=x&%=2"},
      {"http://h/p?q=a?b&c=d", "c", "e", "http://h/p?q=a?b&c=e"},
      {"http://h/p", "after", "a=b&c\r\n", "http://h/p?after=a%3Db%26c%0D%0A"},
      {"http://h/p?&&a=1&=&&", "a", "2", "http://h/p?&&a=2&=&&"},
      {"http://h/p?b&", "a", "2", "http://h/p?b&&a=2"},
      {"http://h/p?", "a", "2", "http://h/p?a=2"},
      {"/p?a=1", "a", "2", NULL},
      {"http://h/p\n?a=1", "a", "2", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    check_text("set parameter", url_set_parameter(cases[i].url, cases[i].name, cases[i].value),
               cases[i].expected);
  }
}

static void test_valid(void) {
  static const struct {
    const char *url, *reason;
  } cases[] = {{"https://mycompany.api.harnest.io/v1/api", NULL},
               {"HTTP://127.0.0.1:8080", NULL},
               {"https://[::1]/", NULL},
               {"https://h/\xC3\xA9", NULL},
               {"", "does not start with https:// or http://"},
               {"mycompany", "does not start with https:// or http://"},
               {"ftp://h/", "does not start with https:// or http://"},
               {"file:///etc/passwd", "does not start with https:// or http://"},
               {"https://h/a b", "has a space in it"},
               {" https://h/", "has a space in it"},
               {"https://h/\r\nX: y", "has a control character in it"},
               {"https://h/\t", "has a control character in it"},
               {"https://h/\x7F", "has a control character in it"},
               {"https://u@h/", "has a user or password in it"},
               {"https://u:p@h/", "has a user or password in it"},
               {"https://", "has no host"},
               {"https:///a", "has no host"},
               {"https:/h/a", "is not a URL"},
               {"https:h", "is not a URL"},
               {"https://h:99999/", "is not a URL"},
               {"https://h:x/", "is not a URL"},
               {"https://[::1/", "is not a URL"},
               {"https://h\\x/", "is not a URL"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *reason = NULL;
    bool valid = url_valid(cases[i].url, &reason);
    check_detail(valid == (reason == NULL), "valid", "gives a reason with a refusal only");
    check_text("valid", reason == NULL ? NULL : strdup(reason), cases[i].reason);
  }
}

void url_test(void) {
  test_encode();
  test_resolve();
  test_origin();
  test_host();
  test_path();
  test_parameters();
  test_valid();
}
