/*
** cassette.h: recorded exchanges in a JSON file, which are played in place of a server, or
** recorded. Knows neither libcurl nor Lua. One thread.
**
** A cassette has what its file had (the recorded interactions) and, unless it replays, what was
** recorded since (the recordings). interaction.h describes the form of both.
*/
#ifndef HARNEST_CASSETTE_H
#define HARNEST_CASSETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "cassette/interaction.h"
#include "json/json.h"
#include "json/json_value.h"

enum cassette_mode {
  CASSETTE_REPLAY, /* answers from the file, never from a server */
  CASSETTE_RECORD, /* asks the server; the file gets the recordings */
  CASSETTE_CHECK   /* asks the server; the recordings are compared with the file, not written */
};

/*
** What was recorded since the cassette was opened. Compact JSON, with JSON_PADDING bytes after it.
*/
struct recording {
  struct buffer text; /* empty until the exchange ends */
  size_t matched;     /* number, from 1, of the equal interaction in the file; 0 for none */
};

struct cassette {
  unsigned references;
  long process; /* that opened it; another one does not write the file */
  enum cassette_mode mode;
  char *path;            /* of the file; owned */
  char *base_url;        /* of its first client, without a slash at its end; owned */
  struct buffer ignored; /* names of query parameters, each with a NUL at its end */
  struct json_document *for_sent, *for_recorded; /* for parsing */

  struct buffer text;           /* of the file; empty if there was none */
  struct interaction *recorded; /* in the file; owned */
  bool *used;                   /* for each of them, whether a request took it; owned */
  size_t recorded_count, first_unused;
  char *recorded_base_url; /* that of the first client then; owned, NULL for none */
  char *recorded_at;       /* when, such as 2026-01-31T12:00:00Z; owned, NULL for none */

  struct recording *recordings; /* in the order of sending; owned */
  size_t recording_count, recording_capacity;
  size_t response_count; /* recordings of responses, not of failures */
  struct buffer
      secrets;       /* of all recordings, each with a NUL at its end: see cassette_add_secrets */
  bool is_changed;   /* something was recorded since the file was written */
  bool is_discarded; /* the recordings are not written */
  bool lacks_memory; /* something was not recorded */
};

/*
** Returns a cassette with one reference, for the file at `path`; NULL on a problem, which is
** appended to `problem` with the file's name, and the line and place in it; on out of memory
** `problem` has failed. `ignored` has the names of query parameters that do not count, each with a
** NUL at its end; it is copied. A missing file is a problem if the mode is CASSETTE_REPLAY or
** CASSETTE_CHECK.
*/
struct cassette *cassette_open(const char *path, enum cassette_mode mode,
                               const struct buffer *ignored, struct buffer *problem);

/* Adds a reference. `cassette` may be NULL. */
struct cassette *cassette_hold(struct cassette *cassette);

/* Gives up a reference. The last one frees the cassette, without writing it. It may be NULL. */
void cassette_release(struct cassette *cassette);

/* Sets the base URL of a cassette that has none yet. Returns false on out of memory. */
bool cassette_set_base_url(struct cassette *cassette, const char *base_url);

/*
** Finds the first recorded interaction that is equal to a request and that no request took, takes
** it and returns its number, from 1. If there is none returns 0, and appends to `reason` what is
** nearest and what differs. On out of memory `reason` has failed. `request` is JSON with
** JSON_PADDING bytes after it; see recorded_request.h.
*/
size_t cassette_take(struct cassette *cassette, const struct buffer *request,
                     struct buffer *reason);

/*
** The same for a parsed request with its hash: sets `number`, to 0 if there is none. Returns false
** on a problem with a recorded request, as interaction_parse.
*/
bool cassette_take_equal(struct cassette *cassette, struct json_value sent, uint64_t hash,
                         size_t *number, struct buffer *problem);

/* Gives back all interactions that requests took. */
void cassette_untake(struct cassette *cassette);

/* Returns the recorded interaction with that number. */
static inline const struct interaction *cassette_interaction(const struct cassette *cassette,
                                                             size_t number) {
  return &cassette->recorded[number - 1];
}

/*
** Reserves a recording for a request that is sent now, and returns its number, from 1; 0 on out of
** memory, which the cassette notes. `matched` is the number of the equal recorded interaction, 0
** for none.
*/
size_t cassette_reserve(struct cassette *cassette, size_t matched);

/*
** Sets the text of a recording, a compact interaction, which is copied; an empty text removes it.
** Returns false on out of memory.
*/
bool cassette_set_recording(struct cassette *cassette, size_t number, const char *text,
                            size_t length);

/*
** Adds secrets that no recording may have when it is written, each with a NUL at its end: a token
** may be in a response before it is one. Returns false on out of memory.
*/
bool cassette_add_secrets(struct cassette *cassette, const struct buffer *secrets);

/* Drops all recordings, and those that begin from now on. */
void cassette_discard(struct cassette *cassette);

/*
** Writes the recordings to the file, which it replaces, and which keeps the members that this
** module does not know. `now` is the time to note, such as 2026-01-31T12:00:00Z. Does nothing if
** there is nothing to write, in another mode than CASSETTE_RECORD, and in a child process. Returns
** false on a problem, which is appended to `problem`; on out of memory that has failed.
*/
bool cassette_write(struct cassette *cassette, const char *now, bool may_be_empty,
                    struct buffer *problem);

#endif
