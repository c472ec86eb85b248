/*
** request_trace.h: the trace events of a request, without its secrets. While the session's trace is
** off, the functions do nothing.
*/
#ifndef HARNEST_REQUEST_TRACE_H
#define HARNEST_REQUEST_TRACE_H

#include "http/request.h"

/* The most bytes of a body in an event. */
#define REQUEST_TRACE_BODY 4096

/* An attempt is sent. */
void request_trace_sent(struct request *request);

/*
** An attempt ended, with the request's facts. `kind` is that of its error, KIND_NONE for a success;
** the request's reason states why there is no complete response. `attempt` is its number.
*/
void request_trace_response(struct request *request, enum error_kind kind, int attempt);

/* The response is from the cache. */
void request_trace_cached(struct request *request);

/*
** The request is sent again after `wait` seconds, because the attempt failed with `kind`, the
** request's status and reason.
*/
void request_trace_retry(struct request *request, enum error_kind kind, double wait);

/* The request's response is a page of a list, with so many resources. */
void request_trace_page(struct request *request, size_t resources);

#endif
