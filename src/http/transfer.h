/*
** transfer.h: one HTTP exchange: sends a request, and stores the status, headers and body of its
** response. Independent of JSON:API.
**
** A transfer owns its handle and buffers from transfer_open to transfer_close. transfer_close is
** allowed at any time and on zeroed memory, and never waits. From transfer_submit until the engine
** returns the job, libcurl's callbacks write into the transfer, maybe on the worker thread; until
** then its fields must not be read.
*/
#ifndef HARNEST_TRANSFER_H
#define HARNEST_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "net/engine.h"
#include "http/curl_settings.h"
#include "http/response_headers.h"

struct curl_slist; /* of libcurl; see header_list.h */

/* What all exchanges of a client have in common. */
struct transfer_settings {
  double timeout;      /* seconds */
  size_t max_response; /* bytes of the decoded body */
  struct curl_settings curl;
};

/*
** What one exchange sends. Everything is copied except the body, which must outlive the transfer.
*/
struct transfer_order {
  const char *method, *url;
  const struct curl_slist *headers; /* "Name: value", of the client */
  const struct curl_slist *more;    /* "Name: value", of this call */
  const char *authorization;        /* a header line; NULL for none */
  const char *request_id;           /* the value of X-Request-Id; "" for none */
  const char *body;                 /* NULL for none */
  size_t body_length;
  bool once; /* libcurl must not send it again if a connection ends without a response */
};

/*
** The longest request line and headers together, in bytes. libcurl (7.88) accepts 1 MiB, of which
** its own headers need a part, and reports out of memory for more.
*/
#define TRANSFER_REQUEST_MAXIMUM ((size_t)1000 * 1000)

struct transfer_handle;

struct transfer {
  struct transfer_handle *handle; /* what libcurl uses; NULL while closed */
  const char *sent_body;          /* of the order */
  size_t sent_length;             /* its bytes */
  size_t sent;                    /* bytes of it that libcurl has read */
  bool once;                      /* as in the order */
  bool has_tls_proxy;             /* the option proxy is an https URL */
  bool body_was_read;             /* libcurl has read a part of sent_body, at any time */
  int sends;          /* times that libcurl began to send a request that may have had an effect */
  struct buffer body; /* of the response, decoded */
  struct buffer headers; /* of the last response, as in response_headers.h */
  enum response_headers_state headers_state;
};

/* Counts and times of a finished exchange. */
struct transfer_facts {
  long status; /* 0 if no response arrived */
  double seconds;
  uint64_t bytes_in, bytes_out;
  long connections; /* opened for the exchange */
};

/* Whether the request's line and headers exceed TRANSFER_REQUEST_MAXIMUM. */
bool transfer_is_too_long(const struct transfer_settings *settings,
                          const struct transfer_order *order);

/*
** Prepares an exchange. Returns false on out of memory or if the URL is invalid; the transfer is
** closed then.
*/
bool transfer_open(struct transfer *transfer, struct engine *engine,
                   const struct transfer_settings *settings, const struct transfer_order *order);

/*
** Submits an open transfer to the engine, which starts it at the clock_now() time `start`, or later
** if the limit is reached then. It times out at the time `end`, sent or not.
*/
void transfer_submit(struct transfer *transfer, struct connection_limit *limit, double start,
                     double end);

/* Returns the transfer of a job from engine_take. */
struct transfer *transfer_of(const struct engine_job *job);

/*
** Detaches a transfer from libcurl, in any state. From then on it does not change, and its fields
** may be read. It must still be closed.
*/
void transfer_stop(struct transfer *transfer);

/*
** Replaces the response of a closed or finished transfer by copies of these headers and this body.
** Returns false on out of memory or if the body is larger than max_response.
*/
bool transfer_set_response(struct transfer *transfer, const struct transfer_settings *settings,
                           const struct buffer *headers, const char *body, size_t body_length);

/* Stops the exchange, frees what the transfer owns, and wipes the token. */
void transfer_close(struct transfer *transfer);

/* Returns libcurl's result of a finished exchange, a CURLcode. */
int transfer_result(const struct transfer *transfer);

/* Returns libcurl's text for that result; "" if there is none. */
const char *transfer_reason(const struct transfer *transfer);

/* Returns the header lines of the request; NULL if the transfer is closed. */
const struct curl_slist *transfer_sent_headers(const struct transfer *transfer);

/*
** Returns the facts of a finished exchange; none if the response was set by transfer_set_response.
*/
struct transfer_facts transfer_facts(const struct transfer *transfer);

/*
** Returns the value of the response's first header field with this name, which is in lower case;
** NULL if there is none.
*/
const char *transfer_header(const struct transfer *transfer, const char *name);

/*
** Joins the values of all fields with this name by ", " (RFC 9110, 5.3) in an empty buffer. Returns
** the text, owned by `joined`; NULL if there is no such field or on out of memory.
*/
const char *transfer_join_header(const struct transfer *transfer, const char *name,
                                 struct buffer *joined);

/*
** Iterates over the response's header fields; start with *position 0. Returns false at the end. The
** strings are valid as long as the transfer.
*/
bool transfer_next_header(const struct transfer *transfer, size_t *position, const char **name,
                          size_t *name_length, const char **value);

/* Whether the engine started an exchange that has timed out: it did not wait for its limit. */
bool transfer_was_started(const struct transfer *transfer);

/* Whether libcurl began to send the request. True if libcurl (before 7.80) does not report it. */
bool transfer_was_sent(const struct transfer *transfer);

/* Whether libcurl sent the request more than once, so that an earlier one may have had effect. */
bool transfer_was_resent(const struct transfer *transfer);

/*
** Whether the connection ended within the response headers. libcurl reports that as a success, with
** an empty body.
*/
bool transfer_is_cut_short(const struct transfer *transfer);

/* Whether a proxy refused to open a tunnel because of missing or wrong credentials (407). */
bool transfer_lacks_proxy_credentials(const struct transfer *transfer);

/*
** Whether an exchange that failed in TLS did so in the connection to a proxy. False if that is
** unknown.
*/
bool transfer_failed_at_proxy(const struct transfer *transfer);

/* Whether the exchange failed because the response headers exceed our limit or libcurl's. */
bool transfer_headers_are_too_large(const struct transfer *transfer);

/*
** Whether the engine ended the exchange because libcurl ran out of memory, maybe for another one.
*/
bool transfer_was_interrupted(const struct transfer *transfer);

/* Whether the exchange failed because there was no memory for the response. */
bool transfer_lacks_memory(const struct transfer *transfer);

/* Whether the exchange failed because the body is larger than max_response. */
bool transfer_is_too_large(const struct transfer *transfer);

#endif
