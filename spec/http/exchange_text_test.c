/*
** exchange_text_test.c: requests and responses as JSON for a cassette.
*/
#include "http/exchange_text.h"

#include <stdlib.h>
#include <string.h>

#include "cassette/interaction.h"
#include "check.h"
#include "json/json_padding.h"

#define BASE "https://h.test/v1"

/* What is recorded of a GET of `url`, after the method. */
static const struct {
  const char *url, *text;
} urls[] = {
    {BASE, "\"path\":\"\"}"},
    {BASE "/contracts", "\"path\":\"contracts\"}"},
    {BASE "/contracts/1/owner", "\"path\":\"contracts/1/owner\"}"},
    {"https://h.test/v10/x", "\"path\":\"/v10/x\"}"},
    {"https://h.test.other/v1/x", "\"path\":\"https://h.test.other/v1/x\"}"},
    {BASE "/a?", "\"path\":\"a\"}"},
    {BASE "/a?x=1&y=", "\"path\":\"a\",\"query\":{\"x\":\"1\",\"y\":\"\"}}"},
    {BASE "/a?x", "\"path\":\"a\",\"query\":{\"x\":null}}"},
    {BASE "/a?&&x=1&", "\"path\":\"a\",\"query\":{\"x\":\"1\"}}"},
    {BASE "/a?page%5Bsize%5D=2&q=a+b%26",
     "\"path\":\"a\",\"query\":{\"page[size]\":\"2\",\"q\":\"a b&\"}}"},
    {BASE "/a?x=1&y=2&x=3&x", "\"path\":\"a\",\"query\":{\"x\":[\"1\",\"3\",null],\"y\":\"2\"}}"},
    {BASE "/a?x[]=1&x%5B%5D=2&x%5b]=3", "\"path\":\"a\",\"query\":{\"x[]\":[\"1\",\"2\",\"3\"]}}"},
    {BASE "/a?x=%FF", "\"path\":\"a\",\"query\":{\"x\":\"%FF\"}}"},
    {BASE "/a?x=secret%2Dkey&y=1", "\"path\":\"a\",\"query\":{\"x\":\"[token]\",\"y\":\"1\"}}"},
};

static void init_secrets(struct buffer *secrets) {
  buffer_init(secrets, 1000);
  buffer_append(secrets, "secret-key", sizeof "secret-key");
}

static bool text_is_at(const struct buffer *text, size_t at, const char *wanted) {
  return text->length == at + strlen(wanted) &&
         memcmp(text->bytes + at, wanted, strlen(wanted)) == 0;
}

static void test_urls(void) {
  static const char start[] = "{\"method\":\"GET\",";
  struct buffer text, secrets;
  init_secrets(&secrets);
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    struct transfer_order order = {.method = "GET", .url = urls[i].url};
    buffer_init(&text, 10000);
    exchange_text_request(&text, &order, BASE, NULL, &secrets);
    if (!check(text_is_at(&text, sizeof start - 1, urls[i].text), urls[i].url))
      printf("#   %.*s\n", (int)text.length, text.bytes);
    buffer_free(&text);
  }
  buffer_free(&secrets);
}

static const struct {
  const char *name, *body, *text;
} bodies[] = {
    {"no body", "", "{\"status\":200}"},
    {"JSON without its white space", "{ \"a\" : 1.50 }\n",
     "{\"status\":200,\"body\":{\"a\":1.50}}"},
    {"digits of any number", "12345678901234567890123",
     "{\"status\":200,\"body\":12345678901234567890123}"},
    {"a text", "<p>\"\xC3\xA9\"</p>", "{\"status\":200,\"text\":\"<p>\\\"\xC3\xA9\\\"</p>\"}"},
    {"other bytes", "\xFF\xFE", "{\"status\":200,\"base64\":\"//4=\"}"},
    {"a secret", "{\"a\":\"secret-key\"}", "{\"status\":200,\"body\":{\"a\":\"[token]\"}}"},
    {"a secret in a text", "<secret-key>", "{\"status\":200,\"text\":\"<[token]>\"}"},
};

static void test_bodies(void) {
  struct buffer text, secrets;
  init_secrets(&secrets);
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct transfer transfer = {.handle = NULL};
    buffer_init(&transfer.body, 1000);
    buffer_puts(&transfer.body, bodies[i].body);
    buffer_init(&text, 10000);
    exchange_text_response(&text, &transfer, 200, &secrets);
    if (!check(text_is_at(&text, 0, bodies[i].text), bodies[i].name))
      printf("#   %.*s\n", (int)text.length, text.bytes);
    buffer_free(&text);
    buffer_free(&transfer.body);
  }
  buffer_free(&secrets);
}

/* Whether the text can be parsed. */
static bool parses(struct buffer *text) {
  struct json_document *document = json_new();
  const char *reason;
  json_pad(text);
  bool fine = json_parse(document, text->bytes, text->length, &reason) == JSON_FINE;
  json_free(document);
  return fine;
}

/* Whether a body of so many arrays in each other is recorded as JSON; its file must be parsed. */
static bool is_json(size_t depth) {
  struct buffer text, none;
  struct transfer transfer = {.handle = NULL};
  buffer_init(&none, 0);
  buffer_init(&text, 100000);
  buffer_init(&transfer.body, 100000);
  for (size_t i = 0; i < depth; i++) buffer_putc(&transfer.body, '[');
  buffer_putc(&transfer.body, '1');
  for (size_t i = 0; i < depth; i++) buffer_putc(&transfer.body, ']');
  buffer_puts(&text, "{\"interactions\":[{\"response\":");
  exchange_text_response(&text, &transfer, 200, &none);
  buffer_puts(&text, "}]}");
  check(parses(&text), "a file with the body can be parsed");
  bool found = strncmp(text.bytes + strlen("{\"interactions\":[{\"response\":{\"status\":200,"),
                       "\"body\"", 6) == 0;
  buffer_free(&text);
  buffer_free(&transfer.body);
  return found;
}

static void test_depth(void) {
  check(is_json(INTERACTION_BODY_DEPTH), "the deepest body that is JSON");
  check(!is_json(INTERACTION_BODY_DEPTH + 1), "a deeper one is a text");
}

void exchange_text_test(void) {
  test_urls();
  test_bodies();
  test_depth();
}
