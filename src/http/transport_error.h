/*
** transport_error.h: what it means that an exchange broke off. No Lua in it.
*/
#ifndef HARNEST_TRANSPORT_ERROR_H
#define HARNEST_TRANSPORT_ERROR_H

#include "base/buffer.h"
#include "http/error_kind.h"
#include "http/transfer.h"

struct transport_error {
  enum error_kind kind;
  bool not_sent;  /* the connection never carried the request */
  bool permanent; /* trying again cannot help */
};

/* What the result of a finished exchange that broke means for the call. */
struct transport_error transport_error_of(const struct transfer *transfer);

/* The reason if the server answers a TLS handshake in another protocol, plain HTTP for example. */
#define TRANSPORT_ERROR_NO_TLS \
  "the server does not speak TLS on this port; use http:// or another port"

/* Puts what broke into words. */
void transport_error_describe(const struct transfer *transfer, struct buffer *reason);

#endif
