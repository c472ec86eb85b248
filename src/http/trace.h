/*
** trace.h: a queue of events of a client's requests for the script's trace function.
** The queue owns its events. While it is off, trace_add does nothing.
*/
#ifndef HARNEST_TRACE_H
#define HARNEST_TRACE_H

#include <stdbool.h>
#include <stddef.h>

/* One event. Fields that do not apply to its kind are negative, or NULL. */
struct trace_event {
  const char *event; /* "request", "response", "retry", "page": a literal */
  char method[12];
  char *url; /* owned */
  int attempt;
  long status;
  double seconds;
  double bytes;
  double wait;
};

struct trace {
  bool on;
  struct trace_event *events;
  size_t first, count, capacity;
};

/*
** Adds a copy of an event with copies of the texts. On out of memory the event is dropped, so that
** no request fails.
*/
void trace_add(struct trace *trace, const struct trace_event *event, const char *method,
               const char *url);

/* Returns the oldest event of a queue that is not empty. */
static inline const struct trace_event *trace_first(const struct trace *trace) {
  return &trace->events[trace->first];
}

/* Removes the oldest event; caller frees its url. Returns false if the queue is empty. */
bool trace_take(struct trace *trace, struct trace_event *event);

/* Whether there are events to take. */
static inline bool trace_waits(const struct trace *trace) {
  return trace->count > 0;
}

/* Frees all events and the queue. */
void trace_free(struct trace *trace);

#endif
