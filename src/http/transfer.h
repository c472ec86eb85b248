/*
** transfer.h: one HTTP exchange: a request sent, an answer's status, headers and body kept. Knows
** nothing of JSON:API.
**
** A transfer owns its handle and buffers from transfer_open to transfer_close; closing is allowed
** at any time and on zeroed memory, and never waits. Between transfer_submit and the time that the
** engine gives it back libcurl's callbacks write into the transfer, maybe on the engine's thread:
** nothing of it may be read then.
*/
#ifndef HARNEST_TRANSFER_H
#define HARNEST_TRANSFER_H

#include <stdint.h>

#include "base/buffer.h"
#include "net/engine.h"
#include "http/curl_setup.h"

/* What all exchanges of a client have in common. */
struct transfer_settings {
  double timeout;      /* seconds */
  size_t max_response; /* bytes of the decoded body */
  struct curl_settings easy;
};

/*
** What is sent in one exchange. Everything is copied but the body, which must outlive the transfer.
*/
struct transfer_order {
  const char *method, *url;
  const struct curl_slist *headers; /* "Name: value", of the client */
  const struct curl_slist *more;    /* "Name: value", of this call */
  const char *authorization;        /* the whole header line, or NULL */
  const char *request_id;           /* the value of X-Request-Id; "" for none */
  const char *body;                 /* NULL for none */
  size_t body_length;
  bool once; /* it must not reach the server twice, whatever becomes of the connection */
};

struct transfer_handle;

struct transfer {
  struct transfer_handle *handle; /* what libcurl needs of it; NULL while closed */
  const char *sent_body;          /* the order's, with how much of it libcurl has taken */
  size_t sent_length, sent;
  bool once;
  bool taken;            /* some of that body was on its way once */
  int sends;             /* how often libcurl began to send what had an effect, or may have had */
  struct buffer body;    /* of the answer, decoded */
  struct buffer head;    /* the last answer's fields, as head.h reads them */
  bool headers_complete; /* the empty line behind them has come */
};

/* Counts and times of a finished exchange. */
struct transfer_facts {
  long status; /* 0 when no answer came */
  double seconds;
  uint64_t bytes_in, bytes_out;
  long connections; /* opened for it */
};

/* Readies an exchange. False without memory; the transfer is closed then. */
bool transfer_open(struct transfer *transfer, struct engine *engine,
                   const struct transfer_settings *settings, const struct transfer_order *order);

/*
** Hands it to the engine, which starts it at the clock_now() time `start` or when the limit opens,
** if that is later. It has timed out at the time `end`, be it sent by then or not.
*/
void transfer_submit(struct transfer *transfer, struct connection_limit *limit, double start,
                     double end);

/* The transfer that a job of engine_take belongs to. */
struct transfer *transfer_of(const struct engine_job *job);

/*
** Takes a transfer that may be under way out of libcurl's reach. From then on nothing of it
** changes, and what there is may be read; it is still to be closed.
*/
void transfer_stop(struct transfer *transfer);

/*
** Gives the transfer, closed or finished, an answer from elsewhere in place of its own: copies of a
** head and body. False without memory, or where the body is larger than max_response.
*/
bool transfer_answer(struct transfer *transfer, const struct transfer_settings *settings,
                     const struct buffer *head, const char *body, size_t body_length);

/* Stops it if it is under way, frees all that it holds, and wipes the token. */
void transfer_close(struct transfer *transfer);

/* What became of a finished exchange, for libcurl. */
CURLcode transfer_result(const struct transfer *transfer);

/* What libcurl says of that; "" for nothing. */
const char *transfer_reason(const struct transfer *transfer);

/* The header lines that are or were sent; NULL when it was never opened. */
const struct curl_slist *transfer_sent_headers(const struct transfer *transfer);

/* The facts of a finished exchange. */
struct transfer_facts transfer_facts(const struct transfer *transfer);

/*
** The value of a header field of the answer, its name in lower case; NULL when it was not sent. The
** first of several.
*/
const char *transfer_header(const struct transfer *transfer, const char *name);

/*
** The values of all fields of that name, with ", " between (RFC 9110, 5.3), put into an empty
** buffer; NULL when none was sent, or without memory.
*/
const char *transfer_join_header(const struct transfer *transfer, const char *name,
                                 struct buffer *joined);

/*
** Walks the header fields: start with *position 0; false at the end. The strings live as long as
** the transfer.
*/
bool transfer_next_header(const struct transfer *transfer, size_t *position, const char **name,
                          size_t *name_length, const char **value);

/* Whether libcurl began to send it; where it cannot be known, it says so, too. */
bool transfer_was_sent(const struct transfer *transfer);

/* Whether libcurl sent it more than once, so that an earlier time may have had its effect. */
bool transfer_was_resent(const struct transfer *transfer);

/*
** Whether the connection ended within the answer's head, which libcurl takes for an answer without
** a body.
*/
bool transfer_is_cut_short(const struct transfer *transfer);

/* Whether the exchange broke because the answer's head outgrew our limit or libcurl's. */
bool transfer_head_is_too_large(const struct transfer *transfer);

/* Whether the exchange broke because there was no memory for what came. */
bool transfer_lacks_memory(const struct transfer *transfer);

/* Whether the exchange broke because the body outgrew max_response. */
bool transfer_is_too_large(const struct transfer *transfer);

#endif
