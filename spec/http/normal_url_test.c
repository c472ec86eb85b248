/*
** normal_url_test.c: normal_url.h against libcurl's parser.
*/
#include "http/normal_url.h"

#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define RANDOM_URLS 200000

/*
** Returns a part of a URL as libcurl has it; caller frees it by curl_free. NULL if it is invalid.
*/
static char *part_of(const char *url, CURLUPart what, unsigned flags) {
  CURLU *parsed = curl_url();
  char *text = NULL;
  if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER | CURLU_URLENCODE) == CURLUE_OK)
    curl_url_get(parsed, what, &text, flags);
  curl_url_cleanup(parsed);
  return text;
}

static bool has_part(const char *url, CURLUPart what, const char *expected, size_t length) {
  char *text = part_of(url, what, CURLU_DEFAULT_PORT);
  bool equal = text != NULL && strlen(text) == length && memcmp(text, expected, length) == 0;
  curl_free(text);
  return equal;
}

/* Whether libcurl writes a URL that was read as normal without a change, with the same parts. */
static bool is_kept(const char *url, const struct normal_url *parts) {
  char port[8], *whole = part_of(url, CURLUPART_URL, 0);
  int length = snprintf(port, sizeof port, "%ld", parts->port);
  bool kept = whole != NULL && strcmp(whole, url) == 0 &&
              has_part(url, CURLUPART_HOST, parts->host, parts->host_length) &&
              has_part(url, CURLUPART_PORT, port, (size_t)length) &&
              has_part(url, CURLUPART_SCHEME, url, parts->plain ? 4 : 5) &&
              strncmp(parts->path, strchr(strstr(url, "://") + 3, '/'), strlen(parts->path)) == 0;
  curl_free(whole);
  return kept;
}

static void test_usual(void) {
  static const char *const normal[] = {
      "https://mycompany.api.harnest.io/v1/api/contracts?page%5Bsize%5D=15&page%5Bnumber%5D=2",
      "http://127.0.0.1:8080/v1/api/bulk?page[size]=15",
      "http://localhost/",
      "https://h:443/a//b?c=/../d&e=a?b",
      "https://my_service:8443/a;b,c/~d?e='f'&g=$1*(2)",
  };
  for (size_t i = 0; i < sizeof normal / sizeof *normal; i++) {
    struct normal_url parts;
    check(normal_url_read(&parts, normal[i]) && is_kept(normal[i], &parts), normal[i]);
  }
}

static void test_others(void) {
  static const char *const others[] = {
      "",
      "http",
      "http:",
      "http://",
      "http://h",
      "https//h",
      "httpx://h/",
      "ftp://h/",
      "HTTP://h/",
      "http://H/",
      "/v1",
      "http:///v1",
      "http://h./",
      "http://h..i/",
      "http://.h/",
      "http://h?a",
      "http://u@h/",
      "http://u:p@h/",
      "http://[::1]/",
      "http://h:/",
      "http://h:0/",
      "http://h:080/",
      "http://h:65536/",
      "http://h:123456/",
      "http://h:8a/",
      "http://127.1/",
      "http://127.0.0.01/",
      "http://1/",
      "http://0x7f.0.0.1/",
      "http://1.2.3.256/",
      "http://a.0x7f/",
      "http://1.2.3.4.5/",
      "http://h/#",
      "http://h/a#b",
      "http://h/a?",
      "http://h/a b",
      "http://h/\xC3\xA9",
      "http://h/\x01",
      "http://h/\x7F",
      "http://h/./a",
      "http://h/../a",
      "http://h/a/..",
      "http://h/%2E%2E/a",
      "http://h/%2e%2e/a",
      "http://h/%5b",
      "http://h/%",
      "http://h/%4",
      "http://h/{a}",
      "http://h/a?b={c}",
      "http://h/\\a",
  };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    struct normal_url parts;
    check(!normal_url_read(&parts, others[i]), others[i]);
  }
}

static size_t random_below(size_t limit) {
  static uint64_t state = 1;
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (size_t)(state >> 33) % limit;
}

/* Writes a URL of pieces that parsers treat differently. */
static void make_url(char *url) {
  static const char *const schemes[] = {"http://", "https://", "HTTP://", "http:/"};
  static const char *const labels[] = {"h",   "a1",    "-",   "_",    "",   "0",    "1",
                                       "127", "255",   "256", "0x7f", "0x", "x0",   "01",
                                       "1e",  "[::1]", "A",   "u@",   "%",  "xn--a"};
  static const char *const ports[] = {"",   ":",   ":1",     ":80",    ":443",
                                      ":0", ":01", ":65535", ":65536", ":99999"};
  static const char *const pieces[] = {"/",   "a",   ".",   "..", "/.", "?", "&",  "=", "%5B",
                                       "%5b", "%2E", "%2F", "%",  "[",  "]", ";",  ":", "@",
                                       "//",  "+",   "'",   "!",  "#",  " ", "|",  "~", "\\",
                                       "-",   "*",   "(",   ")",  ",",  "$", "\"", "^", "0"};
  size_t schemes_count = random_below(8) == 0 ? sizeof schemes / sizeof *schemes : 2;
  strcpy(url, schemes[random_below(schemes_count)]);
  for (size_t count = 1 + random_below(4), i = 0; i < count; i++) {
    if (i > 0) strcat(url, ".");
    strcat(url, labels[random_below(sizeof labels / sizeof *labels)]);
  }
  if (random_below(2) == 0) strcat(url, ports[random_below(sizeof ports / sizeof *ports)]);
  if (random_below(8) != 0) strcat(url, "/");
  for (size_t count = random_below(6); count > 0; count--)
    strcat(url, pieces[random_below(sizeof pieces / sizeof *pieces)]);
}

static void test_random(void) {
  size_t normal = 0, wrong = 0;
  for (int i = 0; i < RANDOM_URLS; i++) {
    char url[256];
    struct normal_url parts;
    make_url(url);
    if (!normal_url_read(&parts, url)) continue;
    normal++;
    if (is_kept(url, &parts)) continue;
    wrong++;
    printf("# %s\n", url);
  }
  printf("# %zu of %d URLs are normal\n", normal, RANDOM_URLS);
  check(normal > RANDOM_URLS / 100, "random URLs: many are normal");
  check(wrong == 0, "random URLs: libcurl changes none of the normal ones");
}

void normal_url_test(void) {
  test_usual();
  test_others();
  test_random();
}
