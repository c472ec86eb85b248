/*
** cassette_write_test.c: the file that recordings become, and what a failed write leaves.
*/
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cassette/cassette.h"
#include "check.h"
#include "json/json_scan.h"
#include "system.h"
#include "system_file.h"

#define NOW "2026-01-31T12:00:00Z"

static char folder[64], path[128], temporary[160];

static void name_files(void) {
  snprintf(folder, sizeof folder, "build/cassette_write_test.%ld", system_process());
  snprintf(path, sizeof path, "%s/a/b/c.json", folder);
  snprintf(temporary, sizeof temporary, "%s.%ld.new", path, system_process());
}

/* Removes the file, and the folders that were made for it. */
static void remove_files(void) {
  remove(path);
  for (char *slash; strcmp(path, folder) != 0 && (slash = strrchr(path, '/')) != NULL;) {
    *slash = '\0';
    rmdir(path);
  }
}

static void put_file(const char *text) {
  FILE *file = system_make_parents(path) ? fopen(path, "wb") : NULL;
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) abort();
}

/* Returns the contents of a file, valid until the next call; NULL if there is none. */
static const char *contents(const char *name) {
  static char text[8192];
  FILE *file = fopen(name, "rb");
  if (file == NULL) return NULL;
  size_t length = fread(text, 1, sizeof text - 1, file);
  text[length] = '\0';
  fclose(file);
  return text;
}

static struct cassette *open_file(const char *name, enum cassette_mode mode) {
  struct buffer none, problem;
  buffer_init(&none, 0);
  buffer_init(&problem, 1000);
  struct cassette *cassette = cassette_open(name, mode, &none, &problem);
  if (cassette == NULL || !cassette_set_base_url(cassette, "https://api.test/v1")) {
    printf("# %s\n", buffer_text(&problem));
    abort();
  }
  return cassette;
}

static void record(struct cassette *cassette, const char *text) {
  size_t number = cassette_reserve(cassette, 0);
  if (number == 0 || !cassette_set_recording(cassette, number, text, strlen(text))) abort();
}

static char said[256]; /* what the last write said */

static bool write_now(struct cassette *cassette) {
  struct buffer problem;
  buffer_init(&problem, 1000);
  bool fine = cassette_write(cassette, NOW, false, &problem);
  const char *text = buffer_text(&problem);
  snprintf(said, sizeof said, "%s", text != NULL ? text : "no memory");
  buffer_free(&problem);
  return fine;
}

static bool file_is(const char *wanted) {
  const char *text = contents(path);
  bool fine = text == NULL || wanted == NULL ? text == wanted : strcmp(text, wanted) == 0;
  if (!fine) printf("# %s", text != NULL ? text : "no file\n");
  return fine;
}

#define GET(name) "{\"method\":\"GET\",\"path\":\"" name "\"}"
#define ANSWER(name, more) "{\"request\":" GET(name) ",\"response\":{\"status\":200" more "}}"

static void test_new_file(void) {
  remove(path);
  struct cassette *cassette = open_file(path, CASSETTE_RECORD);
  check(write_now(cassette) && file_is(NULL), "nothing is written if nothing was recorded");
  record(cassette,
         "{\"request\":{\"method\":\"POST\",\"path\":\"a\",\"query\":{\"x\":[\"1\",null]},"
         "\"body\":{\"n\":[1.50,12345678901234567890123,1e400,-0,[],{}]}},"
         "\"response\":{\"status\":201,\"headers\":{\"a\":\"b\"},\"body\":null}}");
  cassette_reserve(cassette, 0); /* that did not end */
  record(cassette,
         "{\"request\":" GET("b") ",\"failure\":{\"kind\":\"timeout\",\"message\":\"\"}}");
  check(!write_now(cassette) && strstr(said, "request: body.n[2]: 1e400 is beyond") != NULL &&
            file_is(NULL) && contents(temporary) == NULL,
        "a recording that is no interaction is a problem");
  cassette_release(cassette);
  cassette = open_file(path, CASSETTE_RECORD);
  record(cassette,
         "{\"request\":{\"method\":\"POST\",\"path\":\"a\",\"query\":{\"x\":[\"1\",null]},"
         "\"body\":{\"n\":[1.50,12345678901234567890123,-0,[],{}]}},"
         "\"response\":{\"status\":201,\"headers\":{\"a\":\"b\"},\"body\":1e400}}");
  cassette_reserve(cassette, 0);
  record(cassette,
         "{\"request\":" GET("b") ",\"failure\":{\"kind\":\"timeout\",\"message\":\"\"}}");
  check(write_now(cassette) && *said == '\0', "the directories are made");
  check(file_is("{\n"
                "  \"harnest_cassette\": 1,\n"
                "  \"base_url\": \"https://api.test/v1\",\n"
                "  \"recorded_at\": \"" NOW "\",\n"
                "  \"interactions\": [\n"
                "    {\n"
                "      \"request\": {\n"
                "        \"method\": \"POST\",\n"
                "        \"path\": \"a\",\n"
                "        \"query\": {\n"
                "          \"x\": [\n"
                "            \"1\",\n"
                "            null\n"
                "          ]\n"
                "        },\n"
                "        \"body\": {\n"
                "          \"n\": [\n"
                "            1.50,\n"
                "            12345678901234567890123,\n"
                "            -0,\n"
                "            [],\n"
                "            {}\n"
                "          ]\n"
                "        }\n"
                "      },\n"
                "      \"response\": {\n"
                "        \"status\": 201,\n"
                "        \"headers\": {\n"
                "          \"a\": \"b\"\n"
                "        },\n"
                "        \"body\": 1e400\n"
                "      }\n"
                "    },\n"
                "    {\n"
                "      \"request\": {\n"
                "        \"method\": \"GET\",\n"
                "        \"path\": \"b\"\n"
                "      },\n"
                "      \"failure\": {\n"
                "        \"kind\": \"timeout\",\n"
                "        \"message\": \"\"\n"
                "      }\n"
                "    }\n"
                "  ]\n"
                "}\n"),
        "indented, digits as they are, without the request that did not end");
  check(contents(temporary) == NULL, "no other file is left");
  cassette_release(cassette);
}

/* Returns the contents without the white space between tokens; valid until the next call. */
static const char *compact(const char *text) {
  static struct buffer out;
  struct json_span value;
  if (text == NULL) {
    buffer_free(&out);
    return NULL;
  }
  struct json_scan scan = json_scan_start(text, strlen(text));
  buffer_free(&out);
  buffer_init(&out, 8192);
  if (!json_scan_value(&scan, &value) || !json_scan_end(&scan)) return "no JSON";
  json_scan_compact(&out, value);
  return buffer_text(&out);
}

#define HEAD(more)                                                                                \
  "{\"harnest_cassette\":1,\"base_url\":\"https://api.test/v1\",\"recorded_at\":\"" NOW "\"" more \
  ",\"interactions\":["

/* Records `recordings` over a file with `before`, twice; both times the file must have `after`. */
static void check_rewrite(const char *name, const char *before, const char *const *recordings,
                          const char *after) {
  put_file(before);
  bool fine = true;
  for (int times = 0; times < 2; times++) {
    struct cassette *cassette = open_file(path, CASSETTE_RECORD);
    for (const char *const *text = recordings; *text != NULL; text++) record(cassette, *text);
    bool is_written = write_now(cassette) && strcmp(compact(contents(path)), after) == 0;
    if (!is_written) printf("# %s%s\n", said, compact(contents(path)));
    fine = fine && is_written;
    cassette_release(cassette);
  }
  check(fine, name);
}

static void test_rewrites(void) {
  static const char *const plain[] = {ANSWER("a", ",\"body\":2"), NULL};
  check_rewrite("unknown members at all levels",
                "{\"x\":{\"a b\": 1.0},\"harnest_cassette\":1,\"base_url\":\"https://old.test\","
                "\"interactions\":[{\"note\":[1,2],\"request\":{\"why\":1e5,\"method\":\"GET\","
                "\"path\":\"a\"},\"response\":{\"status\":404,\"body\":1,\"\\u00e9\":null}}],"
                "\"y\":\"\"}",
                plain,
                HEAD(",\"x\":{\"a b\":1.0},\"y\":\"\"") "{\"request\":{\"method\":\"GET\",\"path\":\"a\","
                "\"why\":1e5},\"response\":{\"status\":200,\"body\":2,\"\\u00e9\":null},"
                "\"note\":[1,2]}]}");
  static const char *const failed[] = {
      "{\"request\":" GET("a") ",\"failure\":{\"kind\":\"tls\",\"message\":\"m\"}}", NULL};
  check_rewrite("unknown members of a failure",
                "{\"harnest_cassette\":1,\"interactions\":[{\"request\":" GET(
                    "a") ",\"failure\":{\"kind\":\"timeout\",\"sent\":false,\"note\":1}}]}",
                failed,
                HEAD("") "{\"request\":" GET("a") ",\"failure\":{\"kind\":\"tls\",\"message\":\"m\","
                                                 "\"note\":1}}]}");
  check_rewrite("a response that became a failure",
                "{\"harnest_cassette\":1,\"interactions\":[{\"note\":1,\"request\":" GET(
                    "a") ",\"response\":{\"status\":200,\"of\":\"it\"}}]}",
                failed,
                HEAD("") "{\"request\":" GET("a") ",\"failure\":{\"kind\":\"tls\",\"message\":\"m\"},"
                                                 "\"note\":1}]}");
  static const char *const equal[] = {ANSWER("a", ""), ANSWER("b", ""), ANSWER("a", ""),
                                      ANSWER("a", ""), NULL};
  check_rewrite("of several equal requests the next one",
                "{\"harnest_cassette\":1,\"interactions\":[{\"note\":1,\"request\":" GET(
                    "a") ",\"response\":{\"status\":200}},{\"note\":2,\"request\":" GET("a") ",\"response\":{\"status\":200}},{\"note\":3,"
                                                                                            "\"request\":" GET("z") ",\"response\":{"
                                                                                                                    "\"status\":200}}]"
                                                                                                                    "}",
                equal,
                HEAD("") "{\"request\":" GET("a") ",\"response\":{\"status\":200},\"note\":1},"
                         "{\"request\":" GET("b") ",\"response\":{\"status\":200}},"
                         "{\"request\":" GET("a") ",\"response\":{\"status\":200},\"note\":2},"
                         "{\"request\":" GET("a") ",\"response\":{\"status\":200}}]}");
  static const char *const filtered[] = {
      "{\"request\":{\"method\":\"GET\",\"path\":\"[removed]\",\"by\":\"filter\"},\"response\":{"
      "\"status\":200,\"by\":\"filter\"},\"note\":\"of the filter\"}",
      NULL};
  check_rewrite("what a filter added is there once",
                "{\"harnest_cassette\":1,\"interactions\":[{\"note\":\"old\",\"request\":{\"method\":"
                "\"GET\",\"path\":\"[removed]\",\"by\":\"old\",\"x\":1},\"response\":{\"status\":200,"
                "\"by\":\"old\"}}]}",
                filtered,
                HEAD("") "{\"request\":{\"method\":\"GET\",\"path\":\"[removed]\",\"by\":\"filter\","
                         "\"x\":1},\"response\":{\"status\":200,\"by\":\"filter\"},"
                         "\"note\":\"of the filter\"}]}");
  check_rewrite("a byte order mark", "\xEF\xBB\xBF{\"harnest_cassette\":1,\"x\":1}", plain,
                HEAD(",\"x\":1") ANSWER("a", ",\"body\":2") "]}");
}

static void test_again(void) {
  put_file("{\"harnest_cassette\":1,\"x\":1,\"interactions\":[{\"note\":1,\"request\":" GET(
      "a") ",\"response\":{\"status\":200}}]}");
  struct cassette *cassette = open_file(path, CASSETTE_RECORD);
  record(cassette, ANSWER("a", ""));
  bool fine = write_now(cassette);
  record(cassette, ANSWER("b", ""));
  check(fine && write_now(cassette) &&
            strcmp(compact(contents(path)), HEAD(",\"x\":1") "{\"request\":" GET(
                                                "a") ",\"response\":{\"status\":200},"
                                                     "\"note\":1}," ANSWER("b", "") "]}") == 0,
        "a cassette can be written again, with more recordings");
  cassette_release(cassette);
}

static const char old[] = "{\"harnest_cassette\":1,\"interactions\":[]}";

static void test_not_written(void) {
  static const struct {
    const char *name;
    enum cassette_mode mode;
    bool is_discarded;
    long other_process;
  } cases[] = {{"a cassette that replays", CASSETTE_REPLAY, false, 0},
               {"one that checks", CASSETTE_CHECK, false, 0},
               {"one that is discarded", CASSETTE_RECORD, true, 0},
               {"one of another process", CASSETTE_RECORD, false, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    put_file(old);
    struct cassette *cassette = open_file(path, cases[i].mode);
    record(cassette, ANSWER("a", ""));
    cassette->is_discarded = cases[i].is_discarded;
    cassette->process += cases[i].other_process;
    check(write_now(cassette) && file_is(old), cases[i].name);
    cassette_release(cassette);
  }
  struct cassette *cassette = open_file(path, CASSETTE_RECORD);
  record(cassette, ANSWER("a", ""));
  cassette->lacks_memory = true;
  check(!write_now(cassette) && strstr(said, "c.json: not written: not enough memory") != NULL &&
            file_is(old),
        "one that lacks a recording");
  cassette_set_recording(cassette, 1, NULL, 0);
  check(!write_now(cassette) && file_is(old), "one that lacks all");
  cassette_release(cassette);
}

static void test_failures(void) {
  put_file(old);
  struct cassette *cassette = open_file(path, CASSETTE_RECORD);
  record(cassette, ANSWER("a", ""));
  record(cassette, "{\"request\":1,\"response\":{\"status\":200}}");
  check(!write_now(cassette) && strstr(said, "c.json: request: expected an object") != NULL &&
            file_is(old) && contents(temporary) == NULL,
        "a problem within the second recording leaves the old file alone");
  cassette_set_recording(cassette, 2, NULL, 0);
  char below[200];
  snprintf(below, sizeof below, "%s/x", temporary);
  check(system_make_parents(below) && !write_now(cassette) && file_is(old), "a folder in the way");
  check(rmdir(temporary) == 0 && write_now(cassette) && contents(temporary) == NULL,
        "it is written when that is gone");
  cassette_release(cassette);
  snprintf(below, sizeof below, "%s/c.json", path);
  cassette = open_file("build/none.json", CASSETTE_RECORD);
  free(cassette->path);
  cassette->path = strdup(below);
  record(cassette, ANSWER("a", ""));
  check(!write_now(cassette) && strncmp(said, below, strlen(below)) == 0 &&
            strlen(said) > strlen(below) + 2,
        "a file where a folder should be; the problem names the cassette");
  cassette_release(cassette);
}

/* The disk is full after the first bytes: a link to /dev/full, where there is one. */
#ifdef __linux__
static void test_full_disk(void) {
  put_file(old);
  struct cassette *cassette = open_file(path, CASSETTE_RECORD);
  record(cassette, ANSWER("a", ""));
  check(symlink("/dev/full", temporary) == 0 && !write_now(cassette) && file_is(old) &&
            strstr(said, "No space left on device") != NULL && access(temporary, F_OK) != 0,
        "a full disk leaves the old file alone");
  check(write_now(cassette) && strcmp(contents(path), old) != 0,
        "and does not hinder a later write");
  cassette_release(cassette);
}
#endif

void cassette_write_test(void) {
  name_files();
  test_new_file();
  test_rewrites();
  test_again();
  test_not_written();
  test_failures();
#ifdef __linux__
  test_full_disk();
#endif
  compact(NULL);
  remove_files();
}
