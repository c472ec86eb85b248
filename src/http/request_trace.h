/*
** request_trace.h: makes trace events of a request, without its secrets.
*/
#ifndef HARNEST_REQUEST_TRACE_H
#define HARNEST_REQUEST_TRACE_H

#include <stdint.h>

#include "http/error_kind.h"
#include "http/trace.h"
#include "http/transfer.h"

/* The most bytes of a body in an event, unless it has the whole body. */
#define REQUEST_TRACE_BODY 4096

enum request_trace_event {
  REQUEST_TRACE_SENT,     /* an attempt is sent */
  REQUEST_TRACE_RESPONSE, /* an attempt ended, maybe without a response */
  REQUEST_TRACE_CACHED,   /* the response is from the cache */
  REQUEST_TRACE_RETRY,    /* the request is sent again after `wait` */
  REQUEST_TRACE_PAGE      /* the response is a page of a list */
};

/* What happened, and the request. Nothing is owned. */
struct request_trace {
  enum request_trace_event event;
  int attempt;           /* its number */
  enum error_kind error; /* of a response, or of the attempt before a retry */
  double wait;           /* seconds, before a retry */
  size_t resources;      /* of a page */
  int64_t total;         /* of all pages; -1 if it is not stated */
  const char *method, *url;
  const char *request_id; /* NULL for none */
  const char *reason;     /* of an exchange that failed; NULL for none */
  struct transfer_facts facts;
  const struct transfer *transfer; /* which has the headers and the body of the response */
  const struct buffer *body;       /* of the request */
  bool has_whole_body;             /* the event does */
  const struct buffer *secrets;    /* as redact.h has them */
};

/* Adds the event to a trace that is on, with the detail for which it asks. */
void request_trace_add(struct trace *trace, const struct request_trace *request);

#endif
