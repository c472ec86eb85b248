/*
** cassette_file_test.c: what is read from the file of a cassette, and where a damaged one is wrong.
*/
#include "cassette/cassette_file.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

/*
** Parses a text as the file `c`, with exactly the promised padding. Returns the cassette, which the
** caller releases; NULL on a problem, which is copied to `shown`.
*/
static struct cassette *parse(const char *text, size_t length, char shown[512]) {
  struct buffer ignored, problem;
  buffer_init(&ignored, 0);
  buffer_init(&problem, 4096);
  struct cassette *cassette = cassette_open("c", CASSETTE_RECORD, &ignored, &problem);
  if (cassette == NULL) abort();
  cassette->text.bytes = malloc(length + JSON_PADDING);
  if (cassette->text.bytes == NULL) abort();
  memcpy(cassette->text.bytes, text, length);
  memset(cassette->text.bytes + length, '7', JSON_PADDING);
  cassette->text.length = length;
  cassette->text.capacity = length + JSON_PADDING;
  bool fine = cassette_file_parse(cassette, &problem);
  const char *reason = buffer_text(&problem);
  snprintf(shown, 512, "%s", reason != NULL ? reason : "no memory");
  if (!fine) cassette_release(cassette);
  buffer_free(&problem);
  return fine ? cassette : NULL;
}

#define REQUEST "{\"method\":\"GET\",\"path\":\"a\"}"
#define FILE_WITH(members) "{\"harnest_cassette\":1," members "}"
#define INTERACTIONS(items) FILE_WITH("\n \"interactions\":[" items "]")
#define ANSWERED(response) INTERACTIONS("\n{\"request\":" REQUEST ",\n\"response\":" response "}")
#define FAILED(failure) INTERACTIONS("\n{\"request\":" REQUEST ",\n\"failure\":" failure "}")
#define ASKED(request) INTERACTIONS("\n{\"response\":{\"status\":200},\n\"request\":" request "}")

static const char base_problem[] =
    "base_url: expected a URL, such as \"https://api.example.com/v1\"";
static const char headers_problem[] =
    "interactions[0]: response.headers: expected an object of texts (an array of them for several)";

/* The place and the problem; `problem` is NULL for a cassette. */
static const struct {
  const char *text, *place, *problem;
} files[] = {
    {FILE_WITH("\"interactions\":[]"), NULL, NULL},
    {"{\"interactions\":[],\"harnest_cassette\":1}", NULL, NULL},
    {"{\"harnest_cassette\":1}", NULL, NULL},
    {FILE_WITH("\"x\":[1e999,{}],\"recorded_at\":\"\",\"base_url\":\"https://h/\""), NULL, NULL},
    {ANSWERED("{\"status\":200}"), NULL, NULL},
    {ANSWERED(
         "{\"status\":999,\"headers\":{\"a\":\"b\",\"c\":[\"d\",\"e\"],\"f\":[]},\"body\":null}"),
     NULL, NULL},
    {ANSWERED("{\"status\":200,\"body\":[1e999,123456789012345678901234567890]}"), NULL, NULL},
    {ANSWERED("{\"status\":200,\"text\":\"\"}"), NULL, NULL},
    {ANSWERED("{\"status\":200,\"base64\":\"\\/\\/4=\"}"), NULL, NULL},
    {FAILED("{\"kind\":\"timeout\"}"), NULL, NULL},
    {FAILED("{\"kind\":\"tls\",\"message\":\"\",\"sent\":1,\"x\":2}"), NULL, NULL},
    {ASKED("{\"method\":\"GET\",\"path\":\"\",\"body\":123456789012345678901234567890}"), NULL,
     NULL},

    {"", "1:1", "expected an object"},
    {" \n", "2:1", "expected an object"},
    {"[]", "1:1", "expected an object"},
    {"\n  interactions:\n", "2:3", "expected an object"},
    {"{}", "1:1", "no cassette: expected the member \"harnest_cassette\""},
    {"\n {\"interactions\":[]}", "1:1", "no cassette: expected the member \"harnest_cassette\""},
    {"{\"harnest_cassette\": 2}", "1:22", "harnest_cassette: expected 1, the version of the form"},
    {"{\"harnest_cassette\":\"1\"}", "1:21",
     "harnest_cassette: expected 1, the version of the form"},
    {"{\"harnest_cassette\":null}", "1:21",
     "harnest_cassette: expected 1, the version of the form"},
    {FILE_WITH(""), "1:23", "expected the name of a member, in quotes"},
    {"{\"harnest_cassette\":1} x", "1:24", "expected the end of the text"},
    {FILE_WITH("\"x\":[1,]"), "1:30", "not a JSON value"},
    {FILE_WITH("\"\xC3\xA9\":tru"), "1:27", "not a JSON value"},
    {FILE_WITH("\"base_url\":1"), "1:34", base_problem},
    {FILE_WITH("\"base_url\":1e999"), "1:34", base_problem},
    {FILE_WITH("\"base_url\":null"), "1:34", base_problem},
    {FILE_WITH("\n\"base_url\": \"\""), "2:13", base_problem},
    {FILE_WITH("\"base_url\":\"/v1\""), "1:34", base_problem},
    {FILE_WITH("\"base_url\":\"https:///v1\""), "1:34", base_problem},
    {FILE_WITH("\"base_url\":\"https://h\\u0000x\""), "1:34", base_problem},
    {FILE_WITH("\"recorded_at\":[]"), "1:37", "recorded_at: expected a text"},
    {FILE_WITH("\"interactions\":{}"), "1:38", "interactions: expected an array"},
    {FILE_WITH("\"interactions\":null"), "1:38", "interactions: expected an array"},
    {INTERACTIONS("{}, "), "2:18", "interactions[0]: expected a request, got none"},
    {INTERACTIONS("1"), "2:18", "interactions[0]: expected an object"},
    {INTERACTIONS("{\"request\":" REQUEST ",\"response\":{\"status\":200}},\n[]"), "3:1",
     "interactions[1]: expected an object"},
    {INTERACTIONS("{\"request\":" REQUEST "}"), "2:18",
     "interactions[0]: expected a response or a failure, got neither"},
    {INTERACTIONS("{\"request\":" REQUEST
                  ",\"response\":{\"status\":200},\"failure\":{\"kind\":\"tls\"}}"),
     "2:18", "interactions[0]: expected either a response or a failure, got both"},
    {INTERACTIONS("{\"request\":" REQUEST ",\"response\":{\"status\":200}},"), "2:84",
     "interactions[1]: not a JSON value"},
    {INTERACTIONS("{\"request\":" REQUEST ",\"response\":{\"status\":2OO}}"), "2:79",
     "interactions[0]: expected a comma or } here"},

    {ANSWERED("[]"), "4:12", "interactions[0]: response: expected an object"},
    {ANSWERED("{}"), "4:12", "interactions[0]: response: expected a status, got none"},
    {ANSWERED("{\"status\":\"200\"}"), "4:22",
     "interactions[0]: response.status: expected a number from 100 to 999"},
    {ANSWERED("{\"status\":99}"), "4:22",
     "interactions[0]: response.status: expected a number from 100 to 999"},
    {ANSWERED("{\"status\":1000}"), "4:22",
     "interactions[0]: response.status: expected a number from 100 to 999"},
    {ANSWERED("{\"status\":2e2}"), "4:22",
     "interactions[0]: response.status: expected a number from 100 to 999"},
    {ANSWERED("{\"status\":200,\"headers\":[]}"), "4:36", headers_problem},
    {ANSWERED("{\"status\":200,\"headers\":{\"a\":1}}"), "4:36", headers_problem},
    {ANSWERED("{\"status\":200,\"headers\":{\"a\":[[\"b\"]]}}"), "4:36", headers_problem},
    {ANSWERED("{\"status\":200,\"headers\":{\"a\":\"\\u0000\"}}"), "4:36", headers_problem},
    {ANSWERED("{\"status\":200,\"headers\":{\"\":\"b\"}}"), "4:36", headers_problem},
    {ANSWERED("{\"status\":200,\"headers\":{\"a:\":\"b\"}}"), "4:36", headers_problem},
    {ANSWERED("{\"status\":200,\"headers\":{\"a\":1e999}}"), "4:36",
     "interactions[0]: response.headers: a: 1e999 is beyond the range of a float"},
    {ANSWERED("{\"status\":200,\"text\":1}"), "4:33",
     "interactions[0]: response.text: expected a text"},
    {ANSWERED("{\"status\":200,\"base64\":1}"), "4:35",
     "interactions[0]: response.base64: expected a text in base64"},
    {ANSWERED("{\"status\":200,\"base64\":\"a b=\"}"), "4:35",
     "interactions[0]: response.base64: expected a text in base64"},
    {ANSWERED("{\"status\":200,\"base64\":\"AAAAA\"}"), "4:35",
     "interactions[0]: response.base64: expected a text in base64"},
    {ANSWERED("{\"status\":200,\"base64\":\"AA=A\"}"), "4:35",
     "interactions[0]: response.base64: expected a text in base64"},
    {ANSWERED("{\"status\":200,\"body\":1,\"text\":\"1\"}"), "4:42",
     "interactions[0]: response: expected one of body, text and base64"},

    {FAILED("\"timeout\""), "4:11",
     "interactions[0]: failure.kind: expected \"network\", \"protocol\", \"refused\", \"timeout\" "
     "or \"tls\""},
    {FAILED("{\"kind\":\"slow\"}"), "4:11",
     "interactions[0]: failure.kind: expected \"network\", \"protocol\", \"refused\", \"timeout\" "
     "or \"tls\""},
    {FAILED("{\"kind\":\"tls\",\"message\":1}"), "4:11",
     "interactions[0]: failure.message: expected a text"},
    {FAILED("{\"kind\":\"tls\",\"status\":99}"), "4:11",
     "interactions[0]: failure.status: expected a number from 100 to 999"},
    {FAILED("{\"kind\":\"tls\",\"x\":1e999}"), "4:11",
     "interactions[0]: failure: x: 1e999 is beyond the range of a float"},

    {ASKED("[]"), "4:11", "interactions[0]: request: expected an object"},
    {ASKED("{\"path\":\"a\"}"), "4:11",
     "interactions[0]: request.method: expected a text, such as \"GET\""},
    {ASKED("{\"method\":\"GET\",\"path\":\"a\",\"body\":{\"x\":1e999}}"), "4:11",
     "interactions[0]: request: body.x: 1e999 is beyond the range of a float"},
};

static void test_files(void) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char shown[512], wanted[512] = "", label[256];
    snprintf(label, sizeof label, "%s", files[i].text);
    for (char *at = label; *at != '\0'; at++)
      if (*at == '\n') *at = ' ';
    struct cassette *cassette = parse(files[i].text, strlen(files[i].text), shown);
    if (files[i].problem != NULL)
      snprintf(wanted, sizeof wanted, "c:%s: %s", files[i].place, files[i].problem);
    if (!check((cassette != NULL) == (files[i].problem == NULL) && strcmp(shown, wanted) == 0,
               label))
      printf("#   %s\n", shown);
    cassette_release(cassette);
  }
}

static const char whole[] =
    "{\n"
    "  \"harnest_cassette\": 1,\n"
    "  \"base_url\": \"https://api.test/v1\",\n"
    "  \"recorded_at\": \"2026-01-31T12:00:00Z\",\n"
    "  \"note\": [1.50, \"\\u00e9\"],\n"
    "  \"interactions\": [\n"
    "    {\n"
    "      \"request\": {\"method\": \"GET\", \"path\": \"a\", \"query\": {\"x\": [\"1\", "
    "null]}},\n"
    "      \"response\": {\"status\": 200, \"headers\": {\"etag\": \"\\\"1\\\"\"}, \"body\": "
    "{\"a\": [1.0]}}\n"
    "    },\n"
    "    {\n"
    "      \"request\": {\"method\": \"POST\", \"path\": \"b\", \"body\": {\"data\": null}},\n"
    "      \"response\": {\"status\": 204, \"base64\": \"/w==\"}\n"
    "    },\n"
    "    {\n"
    "      \"request\": {\"method\": \"GET\", \"path\": \"c\"},\n"
    "      \"failure\": {\"kind\": \"timeout\", \"message\": \"slow\", \"sent\": false, "
    "\"deadline\": true}\n"
    "    }\n"
    "  ]\n"
    "}";

static bool span_is(struct json_span span, const char *text) {
  return span.text != NULL && span.length == strlen(text) &&
         memcmp(span.text, text, span.length) == 0;
}

static void test_whole(void) {
  char shown[512];
  struct cassette *cassette = parse(whole, sizeof whole - 1, shown);
  if (!check(cassette != NULL && cassette->recorded_count == 3, "a whole file")) {
    printf("#   %s\n", shown);
    return;
  }
  const struct interaction *first = cassette_interaction(cassette, 1);
  const struct interaction *second = cassette_interaction(cassette, 2);
  const struct interaction *third = cassette_interaction(cassette, 3);
  check(strcmp(cassette->recorded_base_url, "https://api.test/v1") == 0 &&
            strcmp(cassette->recorded_at, "2026-01-31T12:00:00Z") == 0,
        "when and where it was recorded");
  check(first->status == 200 && first->body_type == INTERACTION_JSON &&
            span_is(first->body, "{\"a\": [1.0]}") &&
            span_is(first->headers, "{\"etag\": \"\\\"1\\\"\"}"),
        "a response");
  check(second->status == 204 && second->body_type == INTERACTION_BASE64 &&
            second->headers.text == NULL && second->failure.text == NULL,
        "a response without headers");
  check(third->status == 0 && third->response.text == NULL && third->body_type == INTERACTION_EMPTY,
        "a failure has no response");
  struct buffer reason;
  buffer_init(&reason, 100);
  struct interaction_failure failure = interaction_failure(cassette->for_recorded, third, &reason);
  check(strcmp(failure.kind, "timeout") == 0 && !failure.sent && !failure.permanent &&
            failure.at_deadline && strcmp(buffer_text(&reason), "slow") == 0,
        "what failed");
  check(!cassette->used[0] && !cassette->used[1] && !cassette->used[2], "none is used");
  buffer_free(&reason);
  cassette_release(cassette);
}

/* Whether the text names the file, and a line and column in it, and something after that. */
static bool has_place(const char *text, size_t lines) {
  unsigned line = 0, column = 0;
  int length = 0;
  return sscanf(text, "c:%u:%u: %n", &line, &column, &length) == 2 && line >= 1 && line <= lines &&
         column >= 1 && text[length] != '\0';
}

static void test_prefixes(void) {
  size_t lines = 1, wrong = 0;
  for (size_t i = 0; i < sizeof whole - 1; i++) {
    char shown[512];
    struct cassette *cassette = parse(whole, i, shown);
    if (cassette != NULL || !has_place(shown, lines)) {
      printf("#   %zu bytes: %s\n", i, shown);
      wrong++;
    }
    cassette_release(cassette);
    if (whole[i] == '\n') lines++;
  }
  check(wrong == 0, "cut short at any byte, it is an error with line and column");
}

static void test_wrong_types(void) {
  static const char *const names[] = {"\"harnest_cassette\": ",
                                      "\"base_url\": ",
                                      "\"recorded_at\": ",
                                      "\"interactions\": ",
                                      "\"request\": ",
                                      "\"response\": ",
                                      "\"failure\": ",
                                      "\"method\": ",
                                      "\"path\": ",
                                      "\"query\": ",
                                      "\"x\": ",
                                      "\"status\": ",
                                      "\"headers\": ",
                                      "\"etag\": ",
                                      "\"base64\": ",
                                      "\"kind\": ",
                                      "\"message\": "};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char shown[512], text[sizeof whole + 16], label[64];
    const char *at = strstr(whole, names[i]);
    size_t before = (size_t)(at - whole) + strlen(names[i]), lines = 1;
    for (const char *c = whole; c < at; c++) lines += *c == '\n';
    /* the value stays in a member of another name */
    snprintf(text, sizeof text, "%.*s{\"a\":1},\"other\":%s", (int)before, whole, whole + before);
    struct cassette *cassette = parse(text, strlen(text), shown);
    snprintf(label, sizeof label, "an object for %s", names[i]);
    unsigned line = 0, column = 0;
    bool has_line = sscanf(shown, "c:%u:%u: ", &line, &column) == 2 && line == lines;
    if (!check(cassette == NULL && has_line, label)) printf("#   %s\n", shown);
    cassette_release(cassette);
  }
}

static void test_base_url(void) {
  static const char *const urls[][2] = {{"https://h/v1", "https://h/v1"},
                                        {"https://h/v1/", "https://h/v1"},
                                        {"https://h//", "https://h"},
                                        {"http:\\/\\/h:80", "http://h:80"}};
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    char shown[512], text[128];
    snprintf(text, sizeof text, "{\"harnest_cassette\":1,\"base_url\":\"%s\"}", urls[i][0]);
    struct cassette *cassette = parse(text, strlen(text), shown);
    check(cassette != NULL && strcmp(cassette->recorded_base_url, urls[i][1]) == 0, urls[i][0]);
    cassette_release(cassette);
  }
}

static void test_missing(void) {
  struct buffer none, problem;
  buffer_init(&none, 0);
  buffer_init(&problem, 1000);
  check(cassette_open("build/none/c.json", CASSETTE_REPLAY, &none, &problem) == NULL &&
            strcmp(buffer_text(&problem), "build/none/c.json: No such file or directory") == 0,
        "a missing file cannot be replayed");
  buffer_clear(&problem);
  check(cassette_open("build/none/c.json", CASSETTE_CHECK, &none, &problem) == NULL &&
            problem.length > 0,
        "nor checked");
  buffer_clear(&problem);
  check(cassette_open("spec", CASSETTE_RECORD, &none, &problem) == NULL && problem.length > 0,
        "a folder is no file");
  buffer_free(&problem);
}

void cassette_file_test(void) {
  test_files();
  test_whole();
  test_prefixes();
  test_wrong_types();
  test_base_url();
  test_missing();
}
