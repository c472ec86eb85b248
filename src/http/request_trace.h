/*
** request_trace.h: makes trace events of a request, without its secrets.
*/
#ifndef HARNEST_REQUEST_TRACE_H
#define HARNEST_REQUEST_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "http/error_kind.h"
#include "http/request_state.h"

/* The most bytes of a body in an event; a dry run has the whole body. */
#define REQUEST_TRACE_BODY 4096

enum request_trace_event {
  REQUEST_TRACE_SENT,     /* an attempt is sent */
  REQUEST_TRACE_RESPONSE, /* an attempt ended, maybe without a response */
  REQUEST_TRACE_CACHED,   /* the response is from the cache */
  REQUEST_TRACE_RETRY,    /* the request is sent again after `wait` */
  REQUEST_TRACE_PAGE      /* the response is a page of a list */
};

/* What happened to a request. */
struct request_trace {
  enum request_trace_event event;
  int attempt;           /* its number */
  enum error_kind error; /* of a response, or of the attempt before a retry */
  double wait;           /* seconds, before a retry */
  size_t resources;      /* of a page */
  int64_t total;         /* of all pages; -1 if it is not stated */
};

/* Makes the event, with the detail for which the session's trace asks, and adds it to that. */
void request_trace_make(struct request *request, const struct request_trace *happened);

/* Adds the event to the session's trace if that is on. */
static inline void request_trace_add(struct request *request, struct request_trace happened) {
  if (request->session->trace.on) request_trace_make(request, &happened);
}

#endif
