/*
** refused_stream.c: recognizes HTTP/2 requests that the server did not process.
*/
#include "http/refused_stream.h"

#include <stdlib.h>
#include <string.h>

#define REFUSED_STREAM_TEXT 200 /* bytes of a text that are read; a host name may be longer */

/* If `text` begins with `start`, returns the number that follows `mark`; -1 otherwise. */
static long number_in(const char *text, const char *start, const char *mark) {
  if (strncmp(text, start, strlen(start)) != 0) return -1;
  const char *at = strstr(text, mark);
  if (at == NULL) return -1;
  at += strlen(mark);
  return *at >= '0' && *at <= '9' ? strtol(at, NULL, 10) : -1;
}

/* Stores the GOAWAY that a text reports. */
static void read_goaway(const struct refused_stream *place, struct goaways *goaways,
                        const char *text) {
  /* libcurl 7.88 misspells it */
  long last = number_in(text, "recveived GOAWAY", "last_stream=");
  if (last < 0) last = number_in(text, "received GOAWAY", "last_stream=");
  if (last >= 0 && place->connection > 0)
    goaways_note(goaways, place->connection, (unsigned long)last);
}

static void read_place(struct refused_stream *place, const char *text) {
  long connection = number_in(text, "Re-using existing connection #", "#");
  if (connection < 0) connection = number_in(text, "Connected to ", " (#");
  long stream = number_in(text, "Using Stream ID: ", ": ");
  if (connection >= 0) *place = (struct refused_stream){connection + 1, 0};
  if (stream > 0) place->stream = (unsigned long)stream;
}

/* Whether a text says that libcurl sends the request again, or that it has done so too often. */
static bool is_given_up(const char *text) {
  return strncmp(text, "Connection died, ", 17) == 0;
}

bool refused_stream_read(struct refused_stream *place, struct goaways *goaways, const char *text,
                         size_t length) {
  char line[REFUSED_STREAM_TEXT];
  if (length >= sizeof line) length = sizeof line - 1;
  memcpy(line, text, length);
  line[length] = '\0';
  if (strncmp(line, "REFUSED_STREAM, retrying", 24) == 0) {
    *place = (struct refused_stream){0, 0};
    return true;
  }
  if (is_given_up(line)) {
    bool refused = place->connection > 0 && place->stream > 0 &&
                   goaways_exclude(goaways, place->connection, place->stream);
    *place = (struct refused_stream){0, 0};
    return refused;
  }
  read_goaway(place, goaways, line);
  read_place(place, line);
  return false;
}
