/*
** error_kind.h: the kinds of errors, their names in Lua, and advice for each.
*/
#ifndef HARNEST_ERROR_KIND_H
#define HARNEST_ERROR_KIND_H

/*
** The reason of an error of kind KIND_REFUSED that is out of memory: it is not the server's fault.
*/
#define ERROR_NO_MEMORY "not enough memory"
#define ERROR_NO_DESCRIPTORS \
  "no file descriptors are left: close files or sockets, or raise the limit (ulimit -n)"

/* Not ERROR_…, which are macros of Windows. */
enum error_kind {
  KIND_NONE,
  KIND_BAD_REQUEST,
  KIND_UNAUTHORIZED,
  KIND_FORBIDDEN,
  KIND_NOT_FOUND,
  KIND_CONFLICT,
  KIND_INVALID,
  KIND_RATE_LIMITED,
  KIND_UNAVAILABLE,
  KIND_CLIENT_ERROR,
  KIND_SERVER_ERROR,
  KIND_TIMEOUT,
  KIND_NETWORK,
  KIND_TLS,
  KIND_PROTOCOL,
  KIND_REFUSED,
  KIND_CANCELLED
};

/* Returns the name of the kind as scripts see it: a literal. */
const char *error_kind_name(enum error_kind kind);

/* Returns the kind with that name; KIND_NONE for another text. */
enum error_kind error_kind_named(const char *name);

/*
** Returns the kind of an HTTP status (RFC 9110, 15): of an unlisted 4xx or 5xx that of its class,
** of any other status KIND_NONE.
*/
enum error_kind error_kind_of_status(long status);

/* Returns advice for the user, a literal, or NULL if there is none for this kind and status. */
const char *error_kind_hint(enum error_kind kind, long status);

#endif
