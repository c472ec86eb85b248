/*
** cassette_write.c: writes the recordings of a cassette.
*/
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cassette/cassette.h"
#include "cassette/cassette_file.h"
#include "cassette/recorded_request.h"
#include "json/json_indent.h"
#include "json/json_write.h"
#include "system.h"

#define INDENT 2
#define TEMPORARY_SUFFIX ".new"

/* The members of objects that are written; what else a file has is kept. */
static const char *const file_members[] = {CASSETTE_MARK, CASSETTE_BASE_URL, CASSETTE_RECORDED_AT,
                                           CASSETTE_INTERACTIONS, NULL};
static const char *const interaction_members[] = {"request", "response", "failure", NULL};
static const char *const request_members[] = {"method", "path",   "query", "body",
                                              "text",   "base64", NULL};
static const char *const response_members[] = {"status", "headers", "body", "text", "base64", NULL};
static const char *const failure_members[] = {"kind",      "message",  "status", "sent",
                                              "permanent", "deadline", NULL};

static bool is_known(struct json_span name, const char *const *known) {
  for (; *known != NULL; known++)
    if (text_is(name.text, name.length, *known)) return true;
  return false;
}

/* Appends the members of an object that are not known, each after a comma. */
static void append_unknown(struct buffer *out, struct json_span object, const char *const *known) {
  struct json_span name, value;
  struct json_scan scan = json_scan_start(object.text, object.length);
  if (object.text == NULL || !json_scan_enter(&scan, '{')) return;
  while (json_scan_member(&scan, &name) && json_scan_value(&scan, &value)) {
    if (is_known(name, known)) continue;
    buffer_puts(out, ",\"");
    buffer_append(out, name.text, name.length);
    buffer_puts(out, "\":");
    json_scan_compact(out, value);
  }
}

/* Appends an object that was recorded, with the unknown members of the one in its place before. */
static void append_object(struct buffer *out, struct json_span made, struct json_span before,
                          const char *const *known) {
  buffer_append(out, made.text, made.length - 1);
  append_unknown(out, before, known);
  buffer_putc(out, '}');
}

/*
** Takes the interaction of the file whose request is equal, of several the next one. Returns NULL if
** there is none.
*/
static const struct interaction *take_old(struct cassette *cassette,
                                          const struct interaction *made) {
  struct json_value request = interaction_parse(cassette->for_sent, made->request);
  for (size_t i = 0; i < cassette->recorded_count; i++) {
    if (cassette->used[i] || cassette->recorded[i].hash != made->hash) continue;
    struct json_value old =
        interaction_parse(cassette->for_recorded, cassette->recorded[i].request);
    if (recorded_request_difference(old, request, &cassette->ignored, NULL) > 0) continue;
    cassette->used[i] = true;
    return &cassette->recorded[i];
  }
  return NULL;
}

/* Appends a recording as compact JSON. Returns false on out of memory. */
static bool append_recording(struct cassette *cassette, const struct recording *recording,
                             struct buffer *out) {
  static const struct interaction none = {.status = 0};
  struct interaction made;
  struct buffer problem;
  struct json_scan scan = json_scan_start(recording->text.bytes, recording->text.length);
  buffer_init(&problem, 1024);
  bool fine = interaction_read(&scan, cassette->for_recorded, &cassette->ignored, &made, &problem);
  buffer_free(&problem);
  if (!fine) return false;
  const struct interaction *old = take_old(cassette, &made);
  if (old == NULL) old = &none;
  buffer_puts(out, "{\"request\":");
  append_object(out, made.request, old->request, request_members);
  buffer_puts(out, made.response.text != NULL ? ",\"response\":" : ",\"failure\":");
  if (made.response.text != NULL)
    append_object(out, made.response, old->response, response_members);
  else
    append_object(out, made.failure, old->failure, failure_members);
  append_unknown(out, old->whole, interaction_members);
  return buffer_putc(out, '}');
}

/* Appends what precedes the interactions, without the brace at the end. */
static void append_head(const struct cassette *cassette, const char *now, struct buffer *out) {
  buffer_puts(out, "{\"" CASSETTE_MARK "\":" CASSETTE_VERSION ",\"" CASSETTE_BASE_URL "\":");
  json_write_string(out, cassette->base_url, strlen(cassette->base_url));
  buffer_puts(out, ",\"" CASSETTE_RECORDED_AT "\":");
  json_write_string(out, now, strlen(now));
  if (cassette->text.length > 0)
    append_unknown(out, (struct json_span){cassette->text.bytes, cassette->text.length},
                   file_members);
}

/* Indents a compact text at a level, and writes it after `before`. Clears both buffers. */
static bool write_indented(FILE *file, const char *before, struct buffer *compact,
                           struct buffer *indented, size_t level) {
  json_indent(indented, compact->bytes, compact->length, INDENT, level);
  bool fine = compact->failed == BUFFER_FINE && indented->failed == BUFFER_FINE &&
              fputs(before, file) >= 0 &&
              fwrite(indented->bytes, 1, indented->length, file) == indented->length;
  buffer_clear(compact);
  buffer_clear(indented);
  return fine;
}

static bool write_contents(struct cassette *cassette, FILE *file, const char *now) {
  struct buffer compact, indented;
  const char *before = "\n    ";
  buffer_init(&compact, (size_t)-1 / 4);
  buffer_init(&indented, (size_t)-1 / 4);
  if (cassette->used != NULL)
    memset(cassette->used, 0, cassette->recorded_count * sizeof *cassette->used);
  append_head(cassette, now, &compact);
  bool fine = write_indented(file, "", &compact, &indented, 0) &&
              fputs(",\n  \"" CASSETTE_INTERACTIONS "\": [", file) >= 0;
  for (size_t i = 0; fine && i < cassette->recording_count; i++) {
    if (cassette->recordings[i].text.length == 0) continue;
    fine = append_recording(cassette, &cassette->recordings[i], &compact) &&
           write_indented(file, before, &compact, &indented, 2);
    before = ",\n    ";
  }
  buffer_free(&compact);
  buffer_free(&indented);
  return fine && fputs(*before == ',' ? "\n  ]\n}\n" : "]\n}\n", file) >= 0;
}

/* Writes a file beside that of the cassette. */
static bool write_temporary(struct cassette *cassette, const char *path, const char *now) {
  errno = 0;
  if (!system_make_parents(path)) return false;
  FILE *file = fopen(path, "wb");
  if (file == NULL) return false;
  bool fine = write_contents(cassette, file, now) && fflush(file) == 0 && system_sync(file);
  int error = errno;
  fine = fclose(file) == 0 && fine;
  if (!fine) remove(path);
  if (error != 0) errno = error;
  return fine;
}

bool cassette_write(struct cassette *cassette, const char *now, struct buffer *problem) {
  struct buffer path;
  bool has_any = false;
  for (size_t i = 0; i < cassette->recording_count; i++)
    has_any = has_any || cassette->recordings[i].text.length > 0;
  if (!has_any || cassette->is_discarded || cassette->mode != CASSETTE_RECORD ||
      cassette->process != system_process())
    return true;
  if (cassette->lacks_memory) {
    buffer_puts(problem, cassette->path);
    buffer_puts(problem, ": not written: not enough memory to record all");
    return false;
  }
  buffer_init(&path, strlen(cassette->path) + sizeof TEMPORARY_SUFFIX);
  buffer_puts(&path, cassette->path);
  buffer_puts(&path, TEMPORARY_SUFFIX);
  const char *temporary = buffer_text(&path);
  bool fine = temporary != NULL && write_temporary(cassette, temporary, now) &&
              system_replace_file(temporary, cassette->path);
  if (!fine) {
    buffer_puts(problem, cassette->path);
    buffer_printf(problem, ": %s", errno != 0 ? strerror(errno) : "not enough memory");
  }
  buffer_free(&path);
  return fine;
}
