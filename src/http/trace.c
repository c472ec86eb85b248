/*
** trace.c: a queue of events.
*/
#include "http/trace.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct trace *trace) {
  if (trace->first + trace->count < trace->capacity) return true;
  if (trace->first > 0) {
    memmove(trace->events, trace->events + trace->first, trace->count * sizeof *trace->events);
    trace->first = 0;
    return true;
  }
  size_t capacity = trace->capacity == 0 ? 16 : trace->capacity * 2;
  struct trace_event *events = realloc(trace->events, capacity * sizeof *events);
  if (events == NULL) return false;
  trace->events = events;
  trace->capacity = capacity;
  return true;
}

void trace_add(struct trace *trace, struct trace_event *event) {
  if (!trace->on || !make_room(trace)) {
    trace_event_free(event);
    return;
  }
  trace->events[trace->first + trace->count++] = *event;
}

bool trace_take(struct trace *trace, struct trace_event *event) {
  if (trace->count == 0) return false;
  *event = trace->events[trace->first++];
  if (--trace->count == 0) trace->first = 0;
  return true;
}

void trace_event_free(struct trace_event *event) {
  free(event->url);
  free(event->request_id);
  free(event->text);
  buffer_free(&event->headers);
  buffer_free(&event->body);
  memset(event, 0, sizeof *event);
}

void trace_free(struct trace *trace) {
  for (struct trace_event event; trace_take(trace, &event);) trace_event_free(&event);
  free(trace->events);
  *trace = (struct trace){.on = false};
}
