/*
** cassette_write.c: writes the recordings of a cassette.
*/
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cassette/cassette.h"
#include "cassette/cassette_file.h"
#include "json/json_indent.h"
#include "json/json_redact.h"
#include "json/json_write.h"
#include "system.h"
#include "system_file.h"

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

/* Whether an object has a member whose name is escaped the same; one that is missing has none. */
static bool has_member(struct json_span object, struct json_span wanted) {
  struct json_span name, value;
  if (object.text == NULL) return false;
  struct json_scan scan = json_scan_start(object.text, object.length);
  json_scan_enter(&scan, '{');
  while (json_scan_member(&scan, &name) && json_scan_value(&scan, &value))
    if (name.length == wanted.length && memcmp(name.text, wanted.text, name.length) == 0)
      return true;
  return false;
}

/*
** Appends the members of an object that are neither known nor in `made`, each after a comma. Both
** objects may be missing.
*/
static void append_unknown(struct buffer *out, struct json_span object, const char *const *known,
                           struct json_span made) {
  struct json_span name, value;
  if (object.text == NULL) return;
  struct json_scan scan = json_scan_start(object.text, object.length);
  json_scan_enter(&scan, '{');
  while (json_scan_member(&scan, &name) && json_scan_value(&scan, &value)) {
    if (is_known(name, known) || has_member(made, name)) continue;
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
  append_unknown(out, before, known, made);
  buffer_putc(out, '}');
}

/*
** Takes the interaction of the file whose request is equal, of several the next one, and sets `old`
** to it; to no interaction if there is none. Returns false on out of memory.
*/
static bool take_old(struct cassette *cassette, const struct interaction *made,
                     struct interaction *old, struct buffer *problem) {
  struct json_value request = interaction_parse(cassette->for_sent, made->request, problem);
  size_t number;
  *old = (struct interaction){.status = 0};
  if (!json_exists(request) ||
      !cassette_take_equal(cassette, request, made->hash, &number, problem))
    return false;
  if (number > 0) *old = *cassette_interaction(cassette, number);
  return true;
}

/*
** Removes the secrets of all recordings from one, compact JSON. Returns false on out of memory, or
** with a problem if that is impossible.
*/
static bool remove_secrets(const struct cassette *cassette, struct buffer *text,
                           struct buffer *problem) {
  struct buffer clean;
  if (text->failed != BUFFER_FINE) return true; /* write_indented reports it */
  buffer_init(&clean, (size_t)-1 / 4);
  json_redact(&clean, text->bytes, text->length, &cassette->secrets, false);
  bool fine = clean.failed == BUFFER_FINE;
  if (!fine) problem->failed = BUFFER_NO_MEMORY;
  if (fine && !json_scan_is_valid(clean.bytes, clean.length, JSON_DEPTH)) {
    buffer_puts(problem, "a secret cannot be removed: it begins within an escape");
    fine = false;
  }
  if (!fine) {
    buffer_wipe(&clean);
    return false;
  }
  buffer_wipe(text);
  *text = clean;
  return true;
}

/*
** Appends a recording as compact JSON. Returns false if it is no interaction, which is appended to
** `problem`; on out of memory that has failed.
*/
static bool append_recording(struct cassette *cassette, const struct recording *recording,
                             struct buffer *out, struct buffer *problem) {
  static const struct json_span none = {.text = NULL};
  struct interaction made, old;
  struct json_scan scan = json_scan_start(recording->text.bytes, recording->text.length);
  if (!interaction_read(&scan, cassette->for_recorded, &cassette->ignored, &made, problem) ||
      !take_old(cassette, &made, &old, problem))
    return false;
  buffer_puts(out, "{\"request\":");
  append_object(out, made.request, old.request, request_members);
  buffer_puts(out, made.response.text != NULL ? ",\"response\":" : ",\"failure\":");
  if (made.response.text != NULL)
    append_object(out, made.response, old.response, response_members);
  else
    append_object(out, made.failure, old.failure, failure_members);
  append_unknown(out, made.whole, interaction_members, none);
  append_unknown(out, old.whole, interaction_members, made.whole);
  buffer_putc(out, '}');
  return true;
}

/* Appends what precedes the interactions, without the brace at the end. */
static void append_head(const struct cassette *cassette, const char *now, struct buffer *out) {
  buffer_puts(out, "{\"" CASSETTE_MARK "\":" CASSETTE_VERSION ",\"" CASSETTE_BASE_URL "\":");
  json_write_string(out, cassette->base_url, strlen(cassette->base_url));
  buffer_puts(out, ",\"" CASSETTE_RECORDED_AT "\":");
  json_write_string(out, now, strlen(now));
  if (cassette->text.length > 0)
    append_unknown(out, (struct json_span){cassette->text.bytes, cassette->text.length},
                   file_members, (struct json_span){.text = NULL});
}

/*
** Indents a compact text at a level, and writes it after `before`. Clears both buffers. Returns
** false if that fails, with errno; on out of memory `problem` has failed.
*/
static bool write_indented(FILE *file, const char *before, struct buffer *compact,
                           struct buffer *indented, size_t level, struct buffer *problem) {
  json_indent(indented, compact->bytes, compact->length, INDENT, level);
  if (compact->failed != BUFFER_FINE || indented->failed != BUFFER_FINE) {
    problem->failed = BUFFER_NO_MEMORY;
    return false;
  }
  bool fine = fputs(before, file) >= 0 &&
              fwrite(indented->bytes, 1, indented->length, file) == indented->length;
  buffer_clear(compact);
  buffer_clear(indented);
  return fine;
}

/* Writes the text of the file. Returns false as write_indented, or with a problem. */
static bool write_contents(struct cassette *cassette, FILE *file, const char *now,
                           struct buffer *problem) {
  struct buffer compact, indented;
  const char *before = "\n    ";
  buffer_init(&compact, (size_t)-1 / 4);
  buffer_init(&indented, (size_t)-1 / 4);
  cassette_untake(cassette);
  append_head(cassette, now, &compact);
  bool fine = write_indented(file, "", &compact, &indented, 0, problem) &&
              fputs(",\n  \"" CASSETTE_INTERACTIONS "\": [", file) >= 0;
  for (size_t i = 0; fine && i < cassette->recording_count; i++) {
    if (cassette->recordings[i].text.length == 0) continue;
    fine = append_recording(cassette, &cassette->recordings[i], &compact, problem) &&
           (cassette->secrets.length == 0 || remove_secrets(cassette, &compact, problem)) &&
           write_indented(file, before, &compact, &indented, 2, problem);
    before = ",\n    ";
  }
  buffer_free(&compact);
  buffer_free(&indented);
  return fine && fputs("\n  ]\n}\n", file) >= 0;
}

/*
** Writes a file beside that of the cassette. Returns false as write_contents, and leaves no file.
*/
static bool write_temporary(struct cassette *cassette, const char *path, const char *now,
                            struct buffer *problem) {
  if (!system_make_parents(path)) return false;
  FILE *file = fopen(path, "wb");
  if (file == NULL) return false;
  bool fine =
      write_contents(cassette, file, now, problem) && fflush(file) == 0 && system_sync(file);
  int error = errno;
  bool is_closed = fclose(file) == 0;
  if (fine && is_closed) return true;
  if (fine) error = errno;
  remove(path);
  errno = error;
  return false;
}

/* Replaces the file. Returns false as write_contents. */
static bool replace_file(struct cassette *cassette, const char *now, struct buffer *problem) {
  struct buffer path;
  buffer_init(&path, (size_t)-1 / 4);
  buffer_puts(&path, cassette->path);
  buffer_printf(&path, ".%ld" TEMPORARY_SUFFIX, system_process()); /* others may record it, too */
  const char *temporary = buffer_text(&path);
  if (temporary == NULL) problem->failed = BUFFER_NO_MEMORY;
  bool fine = temporary != NULL && write_temporary(cassette, temporary, now, problem);
  if (fine && !system_replace_file(temporary, cassette->path)) {
    int error = errno;
    remove(temporary);
    errno = error;
    fine = false;
  }
  int error = errno;
  buffer_free(&path);
  errno = error;
  return fine;
}

/* Whether there is something to write, or would be with more memory, and this process may. */
static bool is_due(const struct cassette *cassette, bool may_be_empty) {
  if (cassette->is_discarded || cassette->mode != CASSETTE_RECORD ||
      cassette->process != system_process())
    return false;
  if (cassette->lacks_memory) return true;
  if (cassette->recording_count == 0) return may_be_empty;
  if (!cassette->is_changed) return false;
  for (size_t i = 0; i < cassette->recording_count; i++)
    if (cassette->recordings[i].text.length > 0) return true;
  return false;
}

bool cassette_write(struct cassette *cassette, const char *now, bool may_be_empty,
                    struct buffer *problem) {
  if (!is_due(cassette, may_be_empty)) return true;
  size_t before = problem->length;
  buffer_puts(problem, cassette->path);
  buffer_puts(problem, ": ");
  size_t named = problem->length;
  if (cassette->lacks_memory) {
    buffer_puts(problem, "not written: not enough memory to record all");
    return false;
  }
  if (replace_file(cassette, now, problem)) {
    cassette->is_changed = false;
    problem->length = before;
    return true;
  }
  if (problem->length > named) return false; /* what is wrong with a recording */
  if (errno == ENOMEM) problem->failed = BUFFER_NO_MEMORY;
  buffer_puts(problem, strerror(errno));
  return false;
}
