/*
** error_kind.h: the kinds of errors, their names in Lua, and the advice that goes with them.
*/
#ifndef HARNEST_ERROR_KIND_H
#define HARNEST_ERROR_KIND_H

/* The reason of an error of kind ERROR_REFUSED that is out of memory: it is not the server's fault. */
#define ERROR_NO_MEMORY "not enough memory"

enum error_kind {
  ERROR_NONE,
  ERROR_BAD_REQUEST,
  ERROR_UNAUTHORIZED,
  ERROR_FORBIDDEN,
  ERROR_NOT_FOUND,
  ERROR_CONFLICT,
  ERROR_INVALID,
  ERROR_RATE_LIMITED,
  ERROR_UNAVAILABLE,
  ERROR_CLIENT_ERROR,
  ERROR_SERVER_ERROR,
  ERROR_TIMEOUT,
  ERROR_NETWORK,
  ERROR_TLS,
  ERROR_PROTOCOL,
  ERROR_REFUSED,
  ERROR_CANCELLED
};

/* The kind's name, as scripts compare it. */
const char *error_kind_name(enum error_kind kind);

/* The kind of an HTTP status: an unlisted 4xx or 5xx is its class's, a success or redirect ERROR_NONE (RFC 9110, 15). */
enum error_kind error_kind_of_status(long status);

/* What a person should try, for kinds and HTTP statuses where that can be said; else NULL. */
const char *error_kind_hint(enum error_kind kind, long status);

#endif
