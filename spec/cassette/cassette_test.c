/*
** cassette_test.c: which recorded interaction a request gets, and what is said if there is none.
*/
#include "cassette/cassette.h"

#include <stdlib.h>
#include <string.h>

#include "cassette/cassette_file.h"
#include "check.h"
#include "json/json_padding.h"

/* Opens the text as the file `c`, in which the query parameter `time` is ignored. */
static struct cassette *open_text(const char *text) {
  struct buffer ignored, problem;
  buffer_init(&ignored, 100);
  buffer_init(&problem, 1000);
  buffer_append(&ignored, "time", sizeof "time");
  struct cassette *cassette = cassette_open("c", CASSETTE_RECORD, &ignored, &problem);
  if (cassette == NULL) abort();
  buffer_puts(&cassette->text, text);
  json_pad(&cassette->text);
  if (!cassette_file_parse(cassette, &problem)) {
    printf("# %s\n", buffer_text(&problem));
    abort();
  }
  buffer_free(&ignored);
  buffer_free(&problem);
  return cassette;
}

static char reason[1024]; /* of the last take that found nothing; "" if it found something */

static size_t take(struct cassette *cassette, const char *request) {
  struct buffer text, said;
  buffer_init(&text, 4096);
  buffer_init(&said, 4096);
  buffer_puts(&text, request);
  json_pad(&text);
  size_t number = cassette_take(cassette, &text, &said);
  const char *shown = buffer_text(&said);
  snprintf(reason, sizeof reason, "%s", shown != NULL ? shown : "no memory");
  buffer_free(&text);
  buffer_free(&said);
  return number;
}

#define AGAIN "; cassette_mode = \"record\" records again"

#define RECORDED(items) "{\"harnest_cassette\":1,\"interactions\":[" items "]}"
#define ANSWER(request, status) "{\"request\":" request ",\"response\":{\"status\":" status "}}"
#define GET(path) "{\"method\":\"GET\",\"path\":\"" path "\"}"
#define PATCH(path) "{\"method\":\"PATCH\",\"path\":\"" path "\",\"body\":{\"a\":1}}"

static bool says(const char *text) {
  if (strcmp(reason, text) == 0) return true;
  printf("#   %s\n", reason);
  return false;
}

static void test_order(void) {
  struct cassette *cassette = open_text(RECORDED(ANSWER(GET("a"), "429") "," ANSWER(
      GET("b"), "200") "," ANSWER(PATCH("a"), "200") "," ANSWER(GET("a"), "200")));
  check(take(cassette, GET("b")) == 2, "requests may come in another order");
  check(take(cassette, GET("a")) == 1 && take(cassette, GET("a")) == 4,
        "equal ones are taken in the order of the file");
  check(take(cassette, GET("a")) == 0 &&
            says("the cassette c has no further GET a: all that were recorded are used"),
        "they are used up");
  check(take(cassette, PATCH("a")) == 3, "the rest is still there");
  check(take(cassette, PATCH("a")) == 0 &&
            says("the cassette c has no further PATCH a: all that were recorded are used"),
        "all are used");
  check(take(cassette, GET("z")) == 0 &&
            says("the cassette c has no GET z; nearest is interactions[0], GET a: path is \"z\" "
                 "here, \"a\" there" AGAIN),
        "the nearest one may be used already");
  cassette_release(cassette);
}

static void test_nearest(void) {
  struct cassette *cassette = open_text(RECORDED(
      ANSWER("{\"method\":\"GET\",\"path\":\"contracts\",\"query\":{\"page[size]\":\"2\",\"x\":"
             "\"1\"}}",
             "200") "," ANSWER("{\"method\":\"GET\",\"path\":\"contracts\",\"query\":{\"page[size]"
                               "\":\"2\"}"
                               "}",
                               "200") "," ANSWER("{\"method\":\"POST\",\"path\":\"contracts\","
                                                 "\"body\":{"
                                                 "\"a\":[1,2]}}",
                                                 "201") "," ANSWER(GET("contracts/1"), "200")));
  take(cassette, "{\"method\":\"GET\",\"path\":\"contracts\",\"query\":{\"page[size]\":\"3\"}}");
  check(says("the cassette c has no GET contracts?page[size]=3; nearest is interactions[1], GET "
             "contracts?page[size]=2: query.page[size] is \"3\" here, \"2\" there" AGAIN),
        "a parameter");
  take(cassette, "{\"method\":\"POST\",\"path\":\"contracts\",\"body\":{\"a\":[1,3]}}");
  check(says("the cassette c has no POST contracts; nearest is interactions[2], POST contracts: "
             "body.a[1] is 3 here, 2 there" AGAIN),
        "a value in the body");
  take(cassette, GET("contracts/2"));
  check(says("the cassette c has no GET contracts/2; nearest is interactions[3], GET contracts/1: "
             "path is \"contracts/2\" here, \"contracts/1\" there" AGAIN),
        "a path");
  take(cassette, "{\"method\":\"GET\",\"path\":\"contracts\",\"query\":{\"y\":1e999}}");
  check(says("query.y: 1e999 is beyond the range of a float"), "a number that no float can hold");
  check(take(cassette, GET("contracts/1")) == 4, "what is not found takes nothing");
  cassette_release(cassette);
  cassette = open_text(RECORDED(""));
  check(take(cassette, GET("a")) == 0 && says("the cassette c has no GET a, and nothing else"),
        "an empty cassette");
  cassette_release(cassette);
}

static void test_equality(void) {
  struct cassette *cassette = open_text(
      RECORDED(ANSWER("{\"method\":\"GET\",\"path\":\"a\",\"query\":{\"x\":\"1\",\"time\":\"5\"}}",
                      "200") "," ANSWER("{\"method\":\"GET\",\"path\":\"[removed]\"}",
                                        "200") "," ANSWER(GET("secret"), "200")));
  check(take(cassette, "{\"path\":\"a\",\"query\":{\"x\":\"1\"},\"method\":\"GET\"}") == 1,
        "an ignored parameter, and members in another order");
  check(take(cassette, GET("secret")) == 2, "a path that was removed is equal to any");
  check(take(cassette, GET("secret")) == 3, "and taken in the order of the file");
  cassette_release(cassette);
}

static void test_many(void) {
  struct buffer text;
  buffer_init(&text, 1 << 20);
  buffer_puts(&text, "{\"harnest_cassette\":1,\"interactions\":[");
  for (int i = 0; i < 1000; i++)
    buffer_printf(&text, "%s" ANSWER("{\"method\":\"GET\",\"path\":\"%d\"}", "200"),
                  i > 0 ? "," : "", i % 500);
  buffer_puts(&text, "]}");
  struct cassette *cassette = open_text(buffer_text(&text));
  bool fine = true;
  for (int i = 999; i >= 0; i--) {
    char request[64];
    snprintf(request, sizeof request, GET("%d"), i % 500);
    fine = fine && take(cassette, request) == (size_t)(i % 500 + (i >= 500 ? 0 : 500)) + 1;
  }
  check(fine && cassette->first_unused == 1000, "a thousand, backwards");
  cassette_release(cassette);
  buffer_free(&text);
}

static void test_recordings(void) {
  struct cassette *cassette = open_text(RECORDED(""));
  bool fine = true;
  for (size_t i = 1; i <= 100; i++) fine = fine && cassette_reserve(cassette, i) == i;
  check(fine, "recordings are numbered in the order of sending");
  check(cassette_set_recording(cassette, 7, "{}", 2) &&
            cassette_set_recording(cassette, 7, "[1]", 3) &&
            cassette->recordings[6].text.length == 3 &&
            memcmp(cassette->recordings[6].text.bytes, "[1]", 3) == 0,
        "a recording is replaced");
  check(cassette_set_recording(cassette, 7, NULL, 0) && cassette->recordings[6].text.length == 0,
        "a recording is removed");
  check(cassette_set_base_url(cassette, "https://a") &&
            cassette_set_base_url(cassette, "https://b") &&
            strcmp(cassette->base_url, "https://a") == 0,
        "the base URL is that of the first client");
  check(cassette_hold(cassette) == cassette && cassette_hold(NULL) == NULL, "a reference more");
  cassette_release(cassette);
  check(cassette->references == 1, "one reference is left");
  cassette_release(cassette);
  cassette_release(NULL);
}

void cassette_test(void) {
  test_order();
  test_nearest();
  test_equality();
  test_many();
  test_recordings();
}
