/*
** transport_error.h: the meaning of an exchange that failed without a complete response.
*/
#ifndef HARNEST_TRANSPORT_ERROR_H
#define HARNEST_TRANSPORT_ERROR_H

#include "base/buffer.h"
#include "http/error_kind.h"
#include "http/transfer.h"

struct transport_error {
  enum error_kind kind;
  bool not_sent;  /* the server did not get the request */
  bool permanent; /* a retry would fail, too */
};

/* Returns what the result of a finished exchange that failed means for the call. */
struct transport_error transport_error_of(const struct transfer *transfer);

/* The reason if the server answers a TLS handshake in another protocol, plain HTTP for example. */
#define TRANSPORT_ERROR_NO_TLS \
  "the server does not speak TLS on this port; use http:// or another port"

/* Replaces the contents of `reason` with a text that states why a finished exchange failed. */
void transport_error_describe(const struct transfer *transfer, struct buffer *reason);

#endif
