/*
** recorded_request_test.c: when requests are equal, and what differs.
*/
#include "cassette/recorded_request.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "json/json.h"

static struct json_document *parsed(const char *text) {
  struct json_document *document = json_new();
  size_t length = strlen(text);
  const char *reason;
  char *copy = malloc(length + JSON_PADDING);
  if (copy == NULL) abort();
  memcpy(copy, text, length);
  memset(copy + length, 0, JSON_PADDING);
  if (json_parse(document, copy, length, &reason) != JSON_FINE)
    printf("#   %s: %s\n", text, reason);
  free(copy);
  return document;
}

/* Two names of parameters that are ignored. */
static void init_ignored(struct buffer *ignored) {
  buffer_init(ignored, 100);
  buffer_append(ignored, "time\0page[size]", sizeof "time\0page[size]");
}

#define GET(more) "{\"method\":\"GET\",\"path\":\"a\"" more "}"
#define QUERY(members) GET(",\"query\":{" members "}")
#define BODY(value) "{\"method\":\"POST\",\"path\":\"a\",\"body\":" value "}"

/* `first` is the text of the first difference; NULL if the requests are equal. */
static const struct {
  const char *name, *recorded, *sent;
  const char *first;
  size_t weight;
} pairs[] = {
    {"the same", GET(""), GET("")},
    {"members in another order", GET(""), "{\"path\":\"a\",\"method\":\"GET\"}"},
    {"other members do not count", GET(",\"note\":1"), GET(",\"id\":\"x\"")},
    {"parameters in another order", QUERY("\"x\":\"1\",\"y\":\"2\""),
     QUERY("\"y\":\"2\",\"x\":\"1\"")},
    {"no query, and an empty one", GET(""), QUERY("")},
    {"an empty query, and none", QUERY(""), GET("")},
    {"an ignored parameter with another value", QUERY("\"time\":\"1\""), QUERY("\"time\":\"2\"")},
    {"an ignored parameter that only one has", GET(""), QUERY("\"page[size]\":\"2\"")},
    {"an ignored parameter that only the other has", QUERY("\"page[size]\":\"2\""), GET("")},
    {"several values in the same order", QUERY("\"x\":[\"1\",\"2\"]"),
     QUERY("\"x\":[\"1\",\"2\"]")},
    {"a body's members in another order", BODY("{\"a\":1,\"b\":[2,null]}"),
     BODY("{\"b\":[2,null],\"a\":1}")},
    {"the last of members with the same name", BODY("{\"a\":1,\"a\":2}"), BODY("{\"a\":2}")},
    {"members with the same name in both", BODY("{\"a\":1,\"a\":2}"), BODY("{\"a\":1,\"a\":2}")},
    {"parameters with the same name in both", QUERY("\"x\":\"1\",\"x\":\"2\""),
     QUERY("\"x\":\"1\",\"x\":\"2\"")},
    {"an escaped name", BODY("{\"\\u0061\":1}"), BODY("{\"a\":1}")},
    {"numbers by value", BODY("[1,1.0,100,2.50]"), BODY("[1.0,1,1e2,2.5]")},
    {"the largest integers by value", BODY("[18446744073709551615,9223372036854775807]"),
     BODY("[18446744073709551615,9223372036854775807]")},
    {"an integer beyond INT64_MAX and its float", BODY("9223372036854775808"),
     BODY("9223372036854775808.0")},
    {"the smallest integer and its float", BODY("-9223372036854775808"),
     BODY("-9223372036854775808.0")},
    {"zero and minus zero", BODY("0"), BODY("-0.0")},
    {"a removed secret", BODY("{\"password\":\"[removed]\"}"), BODY("{\"password\":\"x\"}")},
    {"a removed object", BODY("{\"a\":\"[removed]\"}"), BODY("{\"a\":{\"b\":[1]}}")},
    {"a removed body", BODY("\"[removed]\""), BODY("[1]")},
    {"a token in a query", QUERY("\"key\":\"[token]\""), QUERY("\"key\":\"abc\"")},
    {"a token among values", QUERY("\"key\":[\"1\",\"[token]\"]"),
     QUERY("\"key\":[\"1\",\"abc\"]")},
    {"a token for several values", QUERY("\"key\":\"[token]\""), QUERY("\"key\":[\"1\",\"2\"]")},
    {"a removed path", "{\"method\":\"GET\",\"path\":\"[removed]\"}", GET("")},
    {"a removed method", "{\"method\":\"[removed]\",\"path\":\"a\"}", GET("")},
    {"a text", GET(",\"text\":\"<x>\""), GET(",\"text\":\"<x>\"")},

    {"another method", GET(""), "{\"method\":\"PUT\",\"path\":\"a\"}",
     "method is \"PUT\" here, \"GET\" there", 1000},
    {"another path", GET(""), "{\"method\":\"GET\",\"path\":\"b\"}",
     "path is \"b\" here, \"a\" there", 1000},
    {"a longer path", GET(""), "{\"method\":\"GET\",\"path\":\"ab\"}",
     "path is \"ab\" here, \"a\" there", 999},
    {"another value", QUERY("\"page[number]\":\"2\""), QUERY("\"page[number]\":\"15\""),
     "query.page[number] is \"15\" here, \"2\" there", 10},
    {"a parameter more", GET(""), QUERY("\"x\":\"1\""), "query.x is \"1\" here, missing there", 10},
    {"a parameter less", QUERY("\"x\":null"), GET(""), "query.x is missing here, null there", 10},
    {"a parameter without a value", QUERY("\"x\":null"), QUERY("\"x\":\"\""),
     "query.x is \"\" here, null there", 10},
    {"values in another order", QUERY("\"x\":[\"1\",\"2\"]"), QUERY("\"x\":[\"2\",\"1\"]"),
     "query.x[0] is \"2\" here, \"1\" there", 20},
    {"a value more", QUERY("\"x\":[\"1\"]"), QUERY("\"x\":[\"1\",\"2\"]"),
     "query.x[1] is \"2\" here, missing there", 10},
    {"several values for one", QUERY("\"x\":\"1\""), QUERY("\"x\":[\"1\",\"2\"]"),
     "query.x is [\"1\",\"2\"] here, \"1\" there", 10},
    {"a token that is sent is a value", QUERY("\"key\":\"abc\""), QUERY("\"key\":\"[token]\""),
     "query.key is \"[token]\" here, \"abc\" there", 10},
    {"a removed value that is missing", BODY("{\"a\":\"[removed]\"}"), BODY("{}"),
     "body.a is missing here, \"[removed]\" there", 1},
    {"a text that only contains a mark", BODY("\"x [removed]\""), BODY("\"x y\""),
     "body is \"x y\" here, \"x [removed]\" there", 1},
    {"a value deep in a body", BODY("{\"data\":[{},{\"a\":{\"b\":true}}]}"),
     BODY("{\"data\":[{},{\"a\":{\"b\":false}}]}"), "body.data[1].a.b is false here, true there",
     1},
    {"two differences in a body", BODY("{\"a\":1,\"b\":2}"), BODY("{\"b\":3,\"a\":4}"),
     "body.b is 3 here, 2 there", 2},
    {"a body more", GET(""), GET(",\"body\":{}"), "body is {} here, missing there", 1},
    {"a body less", GET(",\"body\":{}"), GET(""), "body is missing here, {} there", 1},
    {"a text for a body", GET(",\"body\":\"x\""), GET(",\"text\":\"x\""),
     "body is missing here, \"x\" there", 2},
    {"another base64", GET(",\"base64\":\"AA==\""), GET(",\"base64\":\"AQ==\""),
     "base64 is \"AQ==\" here, \"AA==\" there", 1},
    {"a number for a text", BODY("1"), BODY("\"1\""), "body is \"1\" here, 1 there", 1},
    {"an object for an array", BODY("{}"), BODY("[]"), "body is [] here, {} there", 1},
    {"null for false", BODY("null"), BODY("false"), "body is false here, null there", 1},
    {"an integer and a fraction", BODY("1"), BODY("1.5"), "body is 1.5 here, 1 there", 1},
    {"integers that are the same float", BODY("9007199254740993"), BODY("9007199254740992.0"),
     "body is 9007199254740992.0 here, 9007199254740993 there", 1},
    {"integers on both sides of INT64_MAX", BODY("9223372036854775807"),
     BODY("9223372036854775808"), "body is 9223372036854775808 here, 9223372036854775807 there", 1},
    {"INT64_MAX and the float above it", BODY("9223372036854775807"), BODY("9223372036854775808.0"),
     NULL, 1},
    {"the largest integer and the float above it", BODY("18446744073709551615"),
     BODY("18446744073709551616.0"), NULL, 1},
    {"all of it", QUERY("\"x\":\"1\""), "{\"method\":\"PUT\",\"path\":\"b\",\"body\":1}",
     "method is \"PUT\" here, \"GET\" there", 2011},
};

static void test_pairs(void) {
  struct buffer ignored;
  init_ignored(&ignored);
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    struct json_document *recorded = parsed(pairs[i].recorded), *sent = parsed(pairs[i].sent);
    struct json_value a = json_root(recorded), b = json_root(sent);
    struct buffer first;
    buffer_init(&first, 2048);
    size_t weight = recorded_request_difference(a, b, &ignored, &first);
    const char *text = buffer_text(&first);
    bool fine =
        weight == pairs[i].weight && weight == recorded_request_difference(a, b, &ignored, NULL);
    if (weight == 0 || pairs[i].first != NULL)
      fine = fine && strcmp(text, weight == 0 ? "" : pairs[i].first) == 0;
    uint64_t hash = recorded_request_hash(a, &ignored);
    bool may_match = hash == RECORDED_REQUEST_ANY || hash == recorded_request_hash(b, &ignored);
    if (!check(fine && (weight > 0 || may_match), pairs[i].name))
      printf("#   %zu: %s\n", weight, text);
    buffer_free(&first);
    json_free(recorded);
    json_free(sent);
  }
  buffer_free(&ignored);
}

static uint64_t hash_of(const char *request) {
  struct buffer ignored;
  init_ignored(&ignored);
  struct json_document *document = parsed(request);
  uint64_t hash = recorded_request_hash(json_root(document), &ignored);
  json_free(document);
  buffer_free(&ignored);
  return hash;
}

static void test_hashes(void) {
  check(hash_of(GET("")) != hash_of("{\"method\":\"PUT\",\"path\":\"a\"}"), "the method counts");
  check(hash_of(GET("")) != hash_of("{\"method\":\"GET\",\"path\":\"b\"}"), "the path counts");
  check(hash_of(GET("")) != hash_of(QUERY("\"x\":\"1\"")), "names of parameters count");
  check(hash_of("{\"method\":\"GE\",\"path\":\"Ta\"}") != hash_of(GET("")),
        "where the method ends counts");
}

/* Paths that have more in common are nearer. */
static void test_paths(void) {
  static const char *const recorded[] = {"{\"method\":\"GET\",\"path\":\"contracts/1\"}",
                                         "{\"method\":\"GET\",\"path\":\"contracts\"}",
                                         "{\"method\":\"GET\",\"path\":\"people\"}"};
  struct json_document *sent = parsed("{\"method\":\"GET\",\"path\":\"contracts/2\"}");
  size_t weights[3];
  struct buffer ignored;
  init_ignored(&ignored);
  for (int i = 0; i < 3; i++) {
    struct json_document *document = parsed(recorded[i]);
    weights[i] = recorded_request_difference(json_root(document), json_root(sent), &ignored, NULL);
    json_free(document);
  }
  check(weights[0] < weights[1] && weights[1] < weights[2], "the nearest path");
  json_free(sent);
  buffer_free(&ignored);
}

static const struct {
  const char *request, *problem; /* NULL for nothing */
} forms[] = {
    {GET(""), NULL},
    {QUERY("\"x\":\"1\",\"y\":null,\"z\":[\"1\",null]"), NULL},
    {BODY("null"), NULL},
    {"[]", "request: expected an object"},
    {"\"GET a\"", "request: expected an object"},
    {"{}", "request.method: expected a text, such as \"GET\""},
    {"{\"method\":1,\"path\":\"a\"}", "request.method: expected a text, such as \"GET\""},
    {"{\"method\":\"GET\"}", "request.path: expected a text, such as \"contracts\""},
    {"{\"method\":\"GET\",\"path\":null}", "request.path: expected a text, such as \"contracts\""},
    {GET(",\"query\":\"x=1\""),
     "request.query: expected an object of texts (an array of them for several values)"},
    {QUERY("\"x\":1"),
     "request.query: expected an object of texts (an array of them for several values)"},
    {QUERY("\"x\":[[\"1\"]]"),
     "request.query: expected an object of texts (an array of them for several values)"},
    {GET(",\"text\":1"), "request.text: expected a text"},
    {GET(",\"base64\":{}"), "request.base64: expected a text"},
    {GET(",\"body\":1,\"text\":\"1\""), "request: expected one of body, text and base64"},
};

static void test_forms(void) {
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    struct json_document *document = parsed(forms[i].request);
    const char *problem = recorded_request_problem(json_root(document));
    bool fine = problem == NULL || forms[i].problem == NULL
                    ? problem == forms[i].problem
                    : strcmp(problem, forms[i].problem) == 0;
    if (!check(fine, forms[i].request)) printf("#   %s\n", problem != NULL ? problem : "nothing");
    json_free(document);
  }
}

static void test_descriptions(void) {
  static const char *const pairs_of_texts[][2] = {
      {GET(""), "GET a"},
      {QUERY("\"page[size]\":\"2\",\"x\":null,\"y\":[\"1\",\"2\"]"),
       "GET a?page[size]=2&x&y=1&y=2"},
      {QUERY("\"y\":[]"), "GET a"},
  };
  for (size_t i = 0; i < sizeof pairs_of_texts / sizeof *pairs_of_texts; i++) {
    struct json_document *document = parsed(pairs_of_texts[i][0]);
    struct buffer text;
    buffer_init(&text, 1000);
    recorded_request_describe(json_root(document), &text);
    check(strcmp(buffer_text(&text), pairs_of_texts[i][1]) == 0, pairs_of_texts[i][1]);
    buffer_free(&text);
    json_free(document);
  }
}

void recorded_request_test(void) {
  test_pairs();
  test_hashes();
  test_paths();
  test_forms();
  test_descriptions();
}
