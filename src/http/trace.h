/*
** trace.h: a queue of events of a client's requests for the script's trace function and the debug
** output. The queue owns its events. While it is off, no event is made.
*/
#ifndef HARNEST_TRACE_H
#define HARNEST_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* What events have beside the facts of a request. */
enum trace_detail { TRACE_FACTS, TRACE_HEADERS, TRACE_BODIES };

/*
** One event. Fields that do not apply to its kind are negative, NULL or empty. Texts and buffers
** are owned, and have no secrets.
*/
struct trace_event {
  const char *event; /* "request", "response", "retry", "page": a literal */
  char method[12];
  char *url, *request_id;
  int attempt;
  long status;
  double seconds;
  double bytes;
  double wait;
  double resources; /* of a page */
  double total;     /* of all pages, if the server states it with the page */
  bool is_cached;   /* a response from the cache */
  const char *kind; /* of an error, of a response or of the attempt before a retry: a literal */
  char *text;       /* why a response failed; the reason of a retry */
  struct buffer headers; /* as in response_headers.h, of the request or the response */
  struct buffer body;    /* its beginning */
  double body_size;      /* the bytes of the whole body, redacted */
};

struct trace {
  bool on;
  enum trace_detail detail;
  struct trace_event *events;
  size_t first, count, capacity;
};

/*
** Adds an event and takes what it owns. On out of memory the event is dropped, so that no request
** fails.
*/
void trace_add(struct trace *trace, struct trace_event *event);

/*
** Moves the oldest event to `event`, for trace_event_free. Returns false if the queue is empty.
*/
bool trace_take(struct trace *trace, struct trace_event *event);

/* Whether there are events to take. */
static inline bool trace_waits(const struct trace *trace) {
  return trace->count > 0;
}

/* Frees what the event owns. It is zeroed then; zeroed memory owns nothing. */
void trace_event_free(struct trace_event *event);

/* Frees all events and the queue. */
void trace_free(struct trace *trace);

#endif
