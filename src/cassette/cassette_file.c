/*
** cassette_file.c: opens cassettes and reads their files.
*/
#include "cassette/cassette_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/text_copy.h"
#include "json/json_padding.h"
#include "json/json_value.h"
#include "system.h"
#include "system_file.h"

#define READ_SIZE ((size_t)64 * 1024)
/* What some editors put before UTF-8. */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* A file that is read. */
struct reader {
  struct cassette *cassette;
  struct json_scan scan;
  struct buffer *problem;
  size_t capacity;  /* of cassette->recorded */
  bool is_cassette; /* the mark was found */
};

static bool lack_memory(struct buffer *problem) {
  problem->failed = BUFFER_NO_MEMORY;
  return false;
}

/* ------------------------------------------------------------------ bytes */

/* Notes the system's reason why the file cannot be used. Returns false. */
static bool fail_system(const struct cassette *cassette, struct buffer *problem) {
  buffer_puts(problem, cassette->path);
  buffer_printf(problem, ": %s", strerror(errno));
  return false;
}

/* Removes a byte order mark. */
static void drop_mark(struct buffer *text) {
  size_t mark = sizeof BYTE_ORDER_MARK - 1;
  if (text->length < mark || memcmp(text->bytes, BYTE_ORDER_MARK, mark) != 0) return;
  text->length -= mark;
  memmove(text->bytes, text->bytes + mark, text->length);
}

/* Reads the rest of the file, with JSON_PADDING bytes after it. */
static bool read_bytes(struct cassette *cassette, FILE *file, struct buffer *problem) {
  struct buffer *text = &cassette->text;
  size_t length;
  do {
    if (!buffer_reserve(text, READ_SIZE)) return lack_memory(problem);
    errno = 0;
    length = fread(text->bytes + text->length, 1, READ_SIZE, file);
    text->length += length;
  } while (length > 0);
  if (ferror(file)) return fail_system(cassette, problem);
  drop_mark(text);
  return json_pad(text) || lack_memory(problem);
}

/* ------------------------------------------------------------------ members */

/* Notes a problem where the scan is. `where` names the place, or is "". Returns false. */
static bool fail_at(const struct reader *reader, const char *where, const char *text) {
  size_t column, line = json_scan_line(&reader->scan, reader->scan.at, &column);
  buffer_puts(reader->problem, reader->cassette->path);
  buffer_printf(reader->problem, ":%zu:%zu: %s", line, column, where);
  buffer_puts(reader->problem, text);
  return false;
}

static bool grow(struct reader *reader) {
  struct cassette *cassette = reader->cassette;
  if (cassette->recorded_count < reader->capacity) return true;
  size_t larger = reader->capacity > 0 ? reader->capacity * 2 : 16;
  struct interaction *moved = realloc(cassette->recorded, larger * sizeof *moved);
  if (moved == NULL) return lack_memory(reader->problem);
  cassette->recorded = moved;
  reader->capacity = larger;
  return true;
}

/* Reads the next interaction. */
static bool read_interaction(struct reader *reader) {
  struct cassette *cassette = reader->cassette;
  struct buffer text;
  char where[64];
  if (!grow(reader)) return false;
  buffer_init(&text, (size_t)-1 / 4);
  bool fine = interaction_read(&reader->scan, cassette->for_recorded, &cassette->ignored,
                               &cassette->recorded[cassette->recorded_count], &text);
  const char *shown = fine ? "" : buffer_text(&text);
  snprintf(where, sizeof where, CASSETTE_INTERACTIONS "[%zu]: ", cassette->recorded_count);
  if (shown == NULL)
    lack_memory(reader->problem);
  else if (!fine)
    fail_at(reader, where, shown);
  buffer_free(&text);
  if (fine) cassette->recorded_count++;
  return fine;
}

static bool read_interactions(struct reader *reader) {
  if (!json_scan_enter(&reader->scan, '['))
    return fail_at(reader, CASSETTE_INTERACTIONS ": ", "expected an array");
  while (json_scan_item(&reader->scan))
    if (!read_interaction(reader)) return false;
  return reader->scan.problem == NULL || fail_at(reader, "", reader->scan.problem);
}

/* Sets `text` to a value, which must be a text without NUL; `expected` describes it. */
static bool read_text(struct reader *reader, const char *expected, struct json_span value,
                      char **text) {
  struct json_content content = {.type = JSON_NULL};
  if (*value.text == '"')
    content =
        json_content(interaction_parse(reader->cassette->for_recorded, value, reader->problem));
  if (content.type == JSON_ABSENT) return false;
  if (content.type != JSON_STRING || memchr(content.as.string, '\0', content.length) != NULL) {
    reader->scan.at = value.text;
    return fail_at(reader, "", expected);
  }
  free(*text);
  *text = text_copy(content.as.string, content.length);
  return *text != NULL || lack_memory(reader->problem);
}

/* Reads the base URL, without a slash at its end. */
static bool read_base_url(struct reader *reader, struct json_span value) {
  static const char expected[] =
      CASSETTE_BASE_URL ": expected a URL, such as \"https://api.example.com/v1\"";
  char **url = &reader->cassette->recorded_base_url;
  if (!read_text(reader, expected, value, url)) return false;
  const char *host = strstr(*url, "://");
  if (host == NULL || host[3] == '\0' || strchr("/?#", host[3]) != NULL) {
    reader->scan.at = value.text;
    return fail_at(reader, "", expected);
  }
  for (size_t end = strlen(*url); (*url)[end - 1] == '/'; end--) (*url)[end - 1] = '\0';
  return true;
}

/* Reads one member of the file whose value is next. */
static bool read_member(struct reader *reader, struct json_span name) {
  struct cassette *cassette = reader->cassette;
  struct json_span value;
  if (text_is(name.text, name.length, CASSETTE_INTERACTIONS)) return read_interactions(reader);
  if (!json_scan_value(&reader->scan, &value)) return fail_at(reader, "", reader->scan.problem);
  if (text_is(name.text, name.length, CASSETTE_BASE_URL)) return read_base_url(reader, value);
  if (text_is(name.text, name.length, CASSETTE_RECORDED_AT))
    return read_text(reader, CASSETTE_RECORDED_AT ": expected a text", value,
                     &cassette->recorded_at);
  if (!text_is(name.text, name.length, CASSETTE_MARK)) return true;
  reader->is_cassette = text_is(value.text, value.length, CASSETTE_VERSION);
  if (!reader->is_cassette) reader->scan.at = value.text;
  return reader->is_cassette || fail_at(reader, CASSETTE_MARK ": ",
                                        "expected " CASSETTE_VERSION ", the version of the form");
}

static bool read_members(struct reader *reader) {
  struct json_span name;
  if (!json_scan_enter(&reader->scan, '{')) return fail_at(reader, "", "expected an object");
  while (json_scan_member(&reader->scan, &name))
    if (!read_member(reader, name)) return false;
  json_scan_end(&reader->scan);
  if (reader->scan.problem != NULL) return fail_at(reader, "", reader->scan.problem);
  if (reader->is_cassette) return true;
  reader->scan.at = reader->scan.start;
  return fail_at(reader, "", "no cassette: expected the member \"" CASSETTE_MARK "\"");
}

bool cassette_file_parse(struct cassette *cassette, struct buffer *problem) {
  const struct buffer *text = &cassette->text;
  struct reader reader = {
      .cassette = cassette, .scan = json_scan_start(text->bytes, text->length), .problem = problem};
  if (!read_members(&reader)) return false;
  cassette->used = calloc(cassette->recorded_count + 1, sizeof *cassette->used);
  return cassette->used != NULL || lack_memory(problem);
}

/*
** Reads the file of a new cassette, which may be missing if the cassette records. Returns false on
** a problem.
*/
static bool read_file(struct cassette *cassette, struct buffer *problem) {
  if (!system_is_regular(cassette->path)) {
    buffer_puts(problem, cassette->path);
    buffer_puts(problem, ": expected a regular file");
    return false;
  }
  errno = 0;
  FILE *file = fopen(cassette->path, "rb");
  if (file == NULL && errno == ENOENT && cassette->mode == CASSETTE_RECORD) return true;
  if (file == NULL) return fail_system(cassette, problem);
  bool fine = read_bytes(cassette, file, problem);
  fclose(file);
  return fine && cassette_file_parse(cassette, problem);
}

struct cassette *cassette_open(const char *path, enum cassette_mode mode,
                               const struct buffer *ignored, struct buffer *problem) {
  struct cassette *cassette = calloc(1, sizeof *cassette);
  if (cassette == NULL) {
    problem->failed = BUFFER_NO_MEMORY;
    return NULL;
  }
  cassette->references = 1;
  cassette->process = system_process();
  cassette->mode = mode;
  cassette->path = strdup(path);
  cassette->for_sent = json_new();
  cassette->for_recorded = json_new();
  buffer_init(&cassette->text, (size_t)-1 / 4);
  buffer_init(&cassette->secrets, (size_t)-1 / 4);
  buffer_init(&cassette->ignored, (size_t)-1 / 4);
  bool fine = cassette->path != NULL && cassette->for_sent != NULL &&
              cassette->for_recorded != NULL &&
              buffer_append(&cassette->ignored, ignored->bytes, ignored->length);
  if (!fine) problem->failed = BUFFER_NO_MEMORY;
  if (fine && read_file(cassette, problem)) return cassette;
  cassette_release(cassette);
  return NULL;
}
