/*
** error_kind.h: the kinds of errors, their names in Lua, and advice for each.
*/
#ifndef HARNEST_ERROR_KIND_H
#define HARNEST_ERROR_KIND_H

/*
** The reason of an error of kind ERROR_REFUSED that is out of memory: it is not the server's fault.
*/
#define ERROR_NO_MEMORY "not enough memory"
#define ERROR_NO_DESCRIPTORS \
  "no file descriptors are left: close files or sockets, or raise the limit (ulimit -n)"

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

/* Returns the name of the kind as scripts see it: a literal. */
const char *error_kind_name(enum error_kind kind);

/*
** Returns the kind of an HTTP status (RFC 9110, 15): of an unlisted 4xx or 5xx that of its class,
** of any other status ERROR_NONE.
*/
enum error_kind error_kind_of_status(long status);

/* Returns advice for the user, a literal, or NULL if there is none for this kind and status. */
const char *error_kind_hint(enum error_kind kind, long status);

#endif
