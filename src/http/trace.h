/*
** trace.h: what happened to a client's requests, kept until a script's trace function is given it.
** The queue owns its events. While it is off, adding costs nothing and keeps nothing.
*/
#ifndef HARNEST_TRACE_H
#define HARNEST_TRACE_H

#include <stdbool.h>
#include <stddef.h>

/* One event. Fields that do not belong to its kind are negative (NULL for texts) and not shown. */
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

/* Keeps a copy of an event, its url too. Without memory the event is dropped: a trace may never break a request. */
void trace_add(struct trace *trace, const struct trace_event *event, const char *method,
               const char *url);

/* The oldest event of a queue that has one. */
static inline const struct trace_event *trace_first(const struct trace *trace) {
  return &trace->events[trace->first];
}

/* Gives the oldest event away; its url is then the caller's to free. False when there is none. */
bool trace_take(struct trace *trace, struct trace_event *event);

/* Whether there are events to take. */
static inline bool trace_waits(const struct trace *trace) {
  return trace->count > 0;
}

/* Forgets all events and frees the queue. */
void trace_free(struct trace *trace);

#endif
