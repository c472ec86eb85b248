/*
** relocate_test.c: which URLs become those of the present server.
*/
#include "cassette/relocate.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define FROM "https://api.test/v1"
#define TO "http://localhost:80/x"

/* JSON texts; `after` is NULL if nothing changes. */
static const struct {
  const char *name, *before, *after;
} values[] = {
    {"the base URL", "\"" FROM "\"", "\"" TO "\""},
    {"a path below it", "\"" FROM "/a/1?b=2#c\"", "\"" TO "/a/1?b=2#c\""},
    {"a query", "\"" FROM "?page=2\"", "\"" TO "?page=2\""},
    {"a slash at its end", "\"" FROM "/\"", "\"" TO "/\""},
    {"escaped slashes", "\"https:\\/\\/api.test\\/v1\\/a\"", "\"" TO "\\/a\""},
    {"some slashes escaped", "\"https:\\/\\/api.test/v1\\/a\"", "\"" TO "\\/a\""},
    {"another path of the server", "\"https://api.test/v2/a\"", "\"http://localhost:80/v2/a\""},
    {"the server alone", "\"https://api.test\"", "\"http://localhost:80\""},
    {"the root of the server", "\"https://api.test/\"", "\"http://localhost:80/\""},
    {"a path that only begins the same", "\"" FROM "0/a\"", "\"http://localhost:80/v10/a\""},
    {"in containers", "{\"a\":[\"" FROM "/1\",{\"b\":\"" FROM "/2\"}]}",
     "{\"a\":[\"" TO "/1\",{\"b\":\"" TO "/2\"}]}"},
    {"white space is dropped", " { \"a b\" : [ 1.50 ,\n\ttrue ] }", "{\"a b\":[1.50,true]}"},

    {"a host that only begins the same", "\"https://api.test.other/v1/a\"", NULL},
    {"a host with a hyphen", "\"https://api.test-2/v1/a\"", NULL},
    {"another port", "\"https://api.test:8443/v1/a\"", NULL},
    {"another scheme", "\"http://api.test/v1/a\"", NULL},
    {"user and password", "\"https://u:p@api.test/v1/a\"", NULL},
    {"a URL within a text", "\"see " FROM "/a\"", NULL},
    {"a part of the base URL", "\"https://api.te\"", NULL},
    {"a relative URL", "\"/v1/a\"", NULL},
    {"an empty string", "\"\"", NULL},
    {"a backslash", "\"\\\\\"", NULL},
    {"a string that ends with a quote", "\"https://api.te\\\"\"", NULL},
    {"numbers keep their digits", "[1.0,-0.10e+5,123456789012345678901234567890]", NULL},
};

/* Relocates a copy of exactly so many bytes, so that a memory checker finds overreads. */
static bool relocates(const char *before, const char *after, const struct relocation *relocation,
                      bool is_header) {
  struct buffer out;
  size_t length = strlen(before);
  char *copy = malloc(length + 1);
  if (copy == NULL) abort();
  memcpy(copy + 1, before, length);
  buffer_init(&out, 1000);
  if (is_header)
    relocate_header(&out, copy + 1, length, relocation);
  else
    relocate_json(&out, (struct json_span){copy + 1, length}, relocation);
  const char *text = buffer_text(&out);
  bool fine = strcmp(text, after != NULL ? after : before) == 0;
  if (!fine) printf("#   %s\n", text);
  buffer_free(&out);
  free(copy);
  return fine;
}

static const struct relocation relocation = {.from = FROM, .to = TO};

static void test_values(void) {
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    check(relocates(values[i].before, values[i].after, &relocation, false), values[i].name);
  struct relocation none = {.from = NULL, .to = TO};
  check(relocates("\"" FROM "/a\"", NULL, &none, false), "nothing without a recorded base URL");
  check(relocates(FROM "/a", NULL, &none, true), "nothing in headers without a recorded base URL");
  struct relocation root = {.from = "https://api.test", .to = TO};
  check(relocates("\"https://api.test/a\"", "\"" TO "/a\"", &root, false),
        "a base URL without a path");
  check(relocates("\"https://api.test.other/a\"", NULL, &root, false), "a longer host");
  struct relocation same = {.from = FROM, .to = FROM};
  check(relocates("\"" FROM "/a\"", NULL, &same, false), "the same server");
}

static const struct {
  const char *name, *before, *after;
} headers[] = {
    {"a Location", FROM "/a/1", TO "/a/1"},
    {"several links", "<" FROM "/a?page=2>; rel=\"next\", <" FROM "/a?page=9>; rel=\"last\"",
     "<" TO "/a?page=2>; rel=\"next\", <" TO "/a?page=9>; rel=\"last\""},
    {"links without white space", "<" FROM "/a>;rel=next,<" FROM "/b>;rel=last",
     "<" TO "/a>;rel=next,<" TO "/b>;rel=last"},
    {"a quoted URL", "profile=\"" FROM "/p " FROM "/q\"", "profile=\"" TO "/p " TO "/q\""},
    {"a parameter without quotes", "url=" FROM "/a", "url=" TO "/a"},
    {"another path of the server", "<https://api.test/other>", "<http://localhost:80/other>"},
    {"a longer host", "<https://api.test.other/v1/a>", NULL},
    {"within another URL", "<https://proxy.test/" FROM "/a>", NULL},
    {"no URL", "application/vnd.api+json", NULL},
    {"nothing", "", NULL},
};

static void test_headers(void) {
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    check(relocates(headers[i].before, headers[i].after, &relocation, true), headers[i].name);
}

void relocate_test(void) {
  test_values();
  test_headers();
}
