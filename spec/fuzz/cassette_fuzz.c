/*
** cassette_fuzz.c: reads an input as the file of a cassette. If it is one, takes each of its
** requests, plays its interactions, and writes it again, twice. Also compares json_scan.h with
** json.h.
*/
#include <stdbool.h>
#include <unistd.h>

#include "fuzz.h"

#include "cassette/cassette_file.h"
#include "cassette/relocate.h"
#include "http/recorded_exchange.h"
#include "json/json_bigint.h"
#include "json/json_value.h"

#define BASE_URL "http://localhost:8080/x"
#define NOW "2026-01-31T12:00:00Z"

static char path[64];

/*
** Sets an empty buffer to a text with the promised padding, so that a memory checker finds
** overreads.
*/
static void set_padded(struct buffer *buffer, const void *text, size_t length) {
  buffer_init(buffer, (size_t)-1 / 4);
  buffer->bytes = calloc(1, length + JSON_PADDING);
  fuzz_must(buffer->bytes != NULL, "there is memory");
  if (length > 0) memcpy(buffer->bytes, text, length);
  buffer->length = length;
  buffer->capacity = length + JSON_PADDING;
}

/* ------------------------------------------------------------------ the scanner */

/* Both accept the same texts, but for numbers, the deepest ones, and a byte order mark. */
static void compare_parsers(const uint8_t *data, size_t size) {
  struct buffer text, complaint;
  struct json_document *document = json_new();
  const char *reason;
  set_padded(&text, data, size);
  buffer_init(&complaint, (size_t)-1 / 4);
  bool is_scanned = json_scan_is_valid(text.bytes, size, JSON_DEPTH);
  bool has_mark = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0;
  enum json_failure failure = json_parse(document, text.bytes, size, &reason);
  if (is_scanned && failure == JSON_INVALID) {
    failure = json_bigint_parse(document, text.bytes, size, false, &complaint);
    fuzz_must(failure == JSON_FINE || failure == JSON_BIG_NUMBER, "only a number is too large");
  } else if (is_scanned) {
    fuzz_must(failure == JSON_FINE || failure == JSON_TOO_DEEP, "what is scanned is parsed");
  } else {
    fuzz_must(failure != JSON_FINE || has_mark, "what is parsed is scanned");
  }
  buffer_free(&complaint);
  buffer_free(&text);
  json_free(document);
}

/* ------------------------------------------------------------------ reading */

/* The file at `path`; NULL if it is none, with a line and column. */
static struct cassette *read_file(enum cassette_mode mode) {
  struct buffer ignored, problem;
  buffer_init(&ignored, 100);
  buffer_init(&problem, (size_t)-1 / 4);
  buffer_append(&ignored, "time", sizeof "time");
  struct cassette *cassette = cassette_open(path, mode, &ignored, &problem);
  fuzz_must(problem.failed == BUFFER_FINE, "there is memory");
  fuzz_must((cassette == NULL) == (problem.length > 0), "what cannot be read is a problem");
  buffer_free(&ignored);
  buffer_free(&problem);
  return cassette;
}

/* Reads the input in place of a file. Returns NULL if it is no cassette. */
static struct cassette *read_input(const uint8_t *data, size_t size) {
  struct buffer problem;
  unsigned line, column;
  unlink(path);
  struct cassette *cassette = read_file(CASSETTE_RECORD);
  buffer_init(&problem, (size_t)-1 / 4);
  buffer_free(&cassette->text);
  set_padded(&cassette->text, data, size);
  if (cassette_file_parse(cassette, &problem)) {
    fuzz_must(cassette_set_base_url(cassette, BASE_URL), "there is memory");
  } else {
    const char *text = buffer_text(&problem);
    fuzz_must(text != NULL && strncmp(text, path, strlen(path)) == 0 &&
                  sscanf(text + strlen(path), ":%u:%u: ", &line, &column) == 2,
              "a damaged file is an error with line and column");
    cassette_release(cassette);
    cassette = NULL;
  }
  buffer_free(&problem);
  return cassette;
}

/* ------------------------------------------------------------------ taking and playing */

static size_t take(struct cassette *cassette, struct json_span request) {
  struct buffer text, reason;
  set_padded(&text, request.text, request.length);
  buffer_init(&reason, (size_t)-1 / 4);
  size_t number = cassette_take(cassette, &text, &reason);
  fuzz_must((number == 0) == (reason.length > 0), "what is not found has a reason");
  fuzz_must(reason.failed == BUFFER_FINE, "there is memory");
  buffer_free(&text);
  buffer_free(&reason);
  return number;
}

static void take_all(struct cassette *cassette) {
  for (size_t i = 0; i < cassette->recorded_count; i++)
    fuzz_must(take(cassette, cassette->recorded[i].request) == i + 1, "a request finds itself");
  for (size_t i = 0; i < cassette->recorded_count; i++)
    fuzz_must(take(cassette, cassette->recorded[i].request) == 0, "each is taken once");
  memset(cassette->used, 0, cassette->recorded_count * sizeof *cassette->used);
  cassette->first_unused = 0;
}

/* A copy of a member's text up to the first NUL; caller frees. */
static char *member_text(struct json_value object, const char *name) {
  struct json_content content = json_content(json_member(object, name));
  fuzz_must(content.type == JSON_STRING, "it is a text");
  char *text = malloc(content.length + 1);
  fuzz_must(text != NULL, "there is memory");
  memcpy(text, content.as.string, content.length);
  text[content.length] = '\0';
  return text;
}

/* Sends a request like the recorded one, which is answered if its query is simple. */
static void play(struct cassette *cassette, const struct interaction *interaction) {
  struct buffer url, secrets, reason, body;
  struct transfer_settings settings = {.max_response = 4096};
  struct transfer transfer = {.handle = NULL};
  buffer_init(&url, (size_t)-1 / 4);
  buffer_init(&secrets, (size_t)-1 / 4);
  buffer_init(&reason, (size_t)-1 / 4);
  buffer_init(&body, (size_t)-1 / 4);
  struct json_value request =
      interaction_parse(cassette->for_recorded, interaction->request, &reason);
  char *method = member_text(request, "method"), *below = member_text(request, "path");
  struct json_value sent = json_member(request, "body");
  buffer_puts(&url, BASE_URL "/");
  buffer_puts(&url, below);
  if (json_exists(sent)) buffer_puts(&body, "null");
  struct transfer_order order = {.method = method, .url = buffer_text(&url), .request_id = ""};
  order.body = json_exists(sent) ? buffer_text(&body) : NULL;
  order.body_length = body.length;
  struct recorded_exchange found =
      recorded_exchange_take(cassette, &settings, &order, &secrets, &transfer, &reason);
  fuzz_must(reason.failed == BUFFER_FINE && secrets.failed == BUFFER_FINE, "there is memory");
  fuzz_must(!found.is_found || found.status > 0 || found.error.kind != KIND_NONE,
            "what is found is a response or a failure");
  transfer_close(&transfer);
  free(method);
  free(below);
  buffer_free(&url);
  buffer_free(&secrets);
  buffer_free(&reason);
  buffer_free(&body);
}

/* Replaces base URLs in the body, which must stay JSON. */
static void relocate(const struct cassette *cassette, const struct interaction *interaction) {
  struct relocation relocation = {.from = cassette->recorded_base_url, .to = BASE_URL};
  struct buffer out;
  buffer_init(&out, (size_t)-1 / 4);
  relocate_json(&out, interaction->whole, &relocation);
  fuzz_must(json_scan_is_valid(out.bytes, out.length, JSON_DEPTH), "it is still JSON");
  buffer_clear(&out);
  relocate_header(&out, interaction->whole.text, interaction->whole.length, &relocation);
  buffer_free(&out);
}

/* ------------------------------------------------------------------ writing */

/* Records all interactions again, and writes them. Returns whether there was something to write. */
static bool write_again(struct cassette *cassette) {
  struct buffer text, problem;
  buffer_init(&problem, (size_t)-1 / 4);
  for (size_t i = 0; i < cassette->recorded_count; i++) {
    size_t number = cassette_reserve(cassette, 0);
    buffer_init(&text, (size_t)-1 / 4);
    json_scan_compact(&text, cassette->recorded[i].whole);
    fuzz_must(number > 0 && cassette_set_recording(cassette, number, text.bytes, text.length),
              "there is memory");
    buffer_free(&text);
  }
  bool fine = cassette_write(cassette, NOW, false, &problem);
  if (!fine) fprintf(stderr, "%s\n", buffer_text(&problem));
  fuzz_must(fine, "what was read can be written");
  buffer_free(&problem);
  return cassette->recorded_count > 0;
}

/* Writes the file, reads it, and writes it again: then nothing may change. */
static void write_twice(struct cassette *first) {
  if (!write_again(first)) return;
  struct cassette *second = read_file(CASSETTE_RECORD);
  fuzz_must(second != NULL && second->recorded_count == first->recorded_count,
            "what was written can be read, and is complete");
  fuzz_must(cassette_set_base_url(second, BASE_URL), "there is memory");
  take_all(second);
  write_again(second);
  struct cassette *third = read_file(CASSETTE_REPLAY);
  fuzz_must(third != NULL && third->text.length == second->text.length &&
                memcmp(third->text.bytes, second->text.bytes, third->text.length) == 0,
            "a file that is written again stays as it is");
  cassette_release(second);
  cassette_release(third);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  snprintf(path, sizeof path, "build/fuzz/cassette_fuzz.%ld", (long)getpid());
  compare_parsers(data, size);
  struct cassette *cassette = read_input(data, size);
  if (cassette == NULL) return 0;
  take_all(cassette);
  for (size_t i = 0; i < cassette->recorded_count; i++) {
    play(cassette, &cassette->recorded[i]);
    relocate(cassette, &cassette->recorded[i]);
  }
  write_twice(cassette);
  unlink(path);
  cassette_release(cassette);
  return 0;
}
