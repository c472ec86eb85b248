/*
** cassette.c: finds what a cassette has for a request, and keeps recordings.
*/
#include "cassette/cassette.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cassette/recorded_request.h"
#include "json/json_padding.h"
#include "json/json_value.h"

static void free_cassette(struct cassette *cassette) {
  for (size_t i = 0; i < cassette->recording_count; i++) buffer_free(&cassette->recordings[i].text);
  free(cassette->recordings);
  free(cassette->recorded);
  free(cassette->used);
  free(cassette->recorded_base_url);
  free(cassette->recorded_at);
  buffer_free(&cassette->text);
  buffer_free(&cassette->ignored);
  buffer_wipe(&cassette->secrets);
  json_free(cassette->for_sent);
  json_free(cassette->for_recorded);
  free(cassette->path);
  free(cassette->base_url);
  free(cassette);
}

struct cassette *cassette_hold(struct cassette *cassette) {
  if (cassette != NULL) cassette->references++;
  return cassette;
}

void cassette_release(struct cassette *cassette) {
  if (cassette != NULL && --cassette->references == 0) free_cassette(cassette);
}

bool cassette_set_base_url(struct cassette *cassette, const char *base_url) {
  if (cassette->base_url == NULL) cassette->base_url = strdup(base_url);
  return cassette->base_url != NULL;
}

/* ------------------------------------------------------------------ finding */

static struct json_value request_of(struct cassette *cassette, size_t index,
                                    struct buffer *problem) {
  return interaction_parse(cassette->for_recorded, cassette->recorded[index].request, problem);
}

/*
** Sets `nearest` to the index of the recorded request that differs least, and returns the
** difference: 0 if an equal one was used, (size_t)-1 if there is none. On out of memory `reason`
** has failed.
*/
static size_t find_nearest(struct cassette *cassette, struct json_value sent, size_t *nearest,
                           struct buffer *reason) {
  size_t least = (size_t)-1;
  for (size_t i = 0; i < cassette->recorded_count && least > 0; i++) {
    struct json_value request = request_of(cassette, i, reason);
    if (!json_exists(request)) return least;
    size_t difference = recorded_request_difference(request, sent, &cassette->ignored, NULL);
    if (difference >= least) continue;
    least = difference;
    *nearest = i;
  }
  return least;
}

/* Appends the nearest recorded request, and what differs first. */
static void describe_difference(struct cassette *cassette, struct json_value sent, size_t nearest,
                                struct buffer *reason) {
  struct buffer first;
  struct json_value request = request_of(cassette, nearest, reason);
  if (!json_exists(request)) return;
  buffer_init(&first, 2048);
  recorded_request_difference(request, sent, &cassette->ignored, &first);
  buffer_printf(reason, "; nearest is interactions[%zu], ", nearest);
  recorded_request_describe(request, reason);
  buffer_puts(reason, ": ");
  buffer_append(reason, first.bytes, first.length);
  buffer_puts(reason, "; cassette_mode = \"record\" records again");
  if (first.failed == BUFFER_NO_MEMORY) reason->failed = BUFFER_NO_MEMORY;
  buffer_free(&first);
}

/* Appends what the cassette has instead of a request that it lacks. */
static void describe_lack(struct cassette *cassette, struct json_value sent,
                          struct buffer *reason) {
  size_t nearest = 0, least = find_nearest(cassette, sent, &nearest, reason);
  buffer_puts(reason, "the cassette ");
  buffer_puts(reason, cassette->path);
  buffer_puts(reason, least == 0 ? " has no further " : " has no ");
  recorded_request_describe(sent, reason);
  if (least == 0)
    buffer_puts(reason, ": all that were recorded are used");
  else if (cassette->recorded_count == 0)
    buffer_puts(reason, ", and nothing else");
  else
    describe_difference(cassette, sent, nearest, reason);
}

bool cassette_take_equal(struct cassette *cassette, struct json_value sent, uint64_t hash,
                         size_t *number, struct buffer *problem) {
  *number = 0;
  for (size_t i = cassette->first_unused; i < cassette->recorded_count; i++) {
    uint64_t other = cassette->recorded[i].hash;
    if (cassette->used[i] || (other != hash && other != RECORDED_REQUEST_ANY)) continue;
    struct json_value recorded = request_of(cassette, i, problem);
    if (!json_exists(recorded)) return false;
    if (recorded_request_difference(recorded, sent, &cassette->ignored, NULL) > 0) continue;
    cassette->used[i] = true;
    while (cassette->first_unused < cassette->recorded_count &&
           cassette->used[cassette->first_unused])
      cassette->first_unused++;
    *number = i + 1;
    break;
  }
  return true;
}

void cassette_untake(struct cassette *cassette) {
  if (cassette->used != NULL)
    memset(cassette->used, 0, cassette->recorded_count * sizeof *cassette->used);
  cassette->first_unused = 0;
}

size_t cassette_take(struct cassette *cassette, const struct buffer *request,
                     struct buffer *reason) {
  struct json_span whole = {request->bytes, request->length};
  struct json_value sent = interaction_parse(cassette->for_sent, whole, reason);
  if (!json_exists(sent)) return 0;
  size_t number;
  uint64_t hash = recorded_request_hash(sent, &cassette->ignored);
  if (cassette_take_equal(cassette, sent, hash, &number, reason) && number == 0)
    describe_lack(cassette, sent, reason);
  return number;
}

/* ------------------------------------------------------------------ recording */

size_t cassette_reserve(struct cassette *cassette, size_t matched) {
  if (cassette->recording_count == cassette->recording_capacity) {
    size_t larger = cassette->recording_capacity > 0 ? cassette->recording_capacity * 2 : 16;
    struct recording *moved = realloc(cassette->recordings, larger * sizeof *moved);
    if (moved == NULL) {
      cassette->lacks_memory = true;
      return 0;
    }
    cassette->recordings = moved;
    cassette->recording_capacity = larger;
  }
  struct recording *recording = &cassette->recordings[cassette->recording_count++];
  *recording = (struct recording){.matched = matched};
  buffer_init(&recording->text, (size_t)-1 / 4);
  return cassette->recording_count;
}

/* Whether the text is among those of a buffer, each with a NUL at its end. */
static bool has_text(const struct buffer *texts, const char *text) {
  for (size_t at = 0; at < texts->length; at += strlen(texts->bytes + at) + 1)
    if (strcmp(texts->bytes + at, text) == 0) return true;
  return false;
}

bool cassette_add_secrets(struct cassette *cassette, const struct buffer *secrets) {
  if (secrets->failed != BUFFER_FINE) return false;
  for (size_t at = 0; at < secrets->length; at += strlen(secrets->bytes + at) + 1) {
    const char *secret = secrets->bytes + at;
    if (!has_text(&cassette->secrets, secret) &&
        !buffer_append(&cassette->secrets, secret, strlen(secret) + 1))
      return false;
  }
  return true;
}

void cassette_discard(struct cassette *cassette) {
  cassette->is_discarded = true;
  for (size_t i = 0; i < cassette->recording_count; i++) buffer_free(&cassette->recordings[i].text);
}

bool cassette_set_recording(struct cassette *cassette, size_t number, const char *text,
                            size_t length) {
  struct buffer made;
  buffer_init(&made, (size_t)-1 / 4);
  if (length > 0 && (!buffer_append(&made, text, length) || !json_pad(&made))) {
    buffer_free(&made);
    return false;
  }
  buffer_free(&cassette->recordings[number - 1].text);
  cassette->recordings[number - 1].text = made;
  cassette->is_changed = true;
  return true;
}
