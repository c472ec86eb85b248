/*
** failure.h: the one error object: its kinds, its metatable, its first fields.
*/
#ifndef HARNEST_FAILURE_H
#define HARNEST_FAILURE_H

#include <lua.h>

enum failure_kind {
  FAILURE_NONE,
  FAILURE_BAD_REQUEST,
  FAILURE_UNAUTHORIZED,
  FAILURE_FORBIDDEN,
  FAILURE_NOT_FOUND,
  FAILURE_CONFLICT,
  FAILURE_INVALID,
  FAILURE_RATE_LIMITED,
  FAILURE_UNAVAILABLE,
  FAILURE_CLIENT_ERROR,
  FAILURE_SERVER_ERROR,
  FAILURE_TIMEOUT,
  FAILURE_NETWORK,
  FAILURE_TLS,
  FAILURE_PROTOCOL,
  FAILURE_REFUSED,
  FAILURE_CANCELLED
};

/* The kind's name, as scripts compare it. */
const char *failure_kind_name(enum failure_kind kind);

/* The kind of an HTTP status: an unlisted 4xx or 5xx is its class's, a success or redirect FAILURE_NONE (RFC 9110, 15). */
enum failure_kind failure_kind_of_status(long status);

/* What a person should try, for kinds and HTTP statuses where that can be said; else NULL. */
const char *failure_hint(enum failure_kind kind, long status);

/* Pushes an error object with `kind`, `status` (left out when 0) and `message`. [-0, +1, m] */
void failure_push(lua_State *L, enum failure_kind kind, long status, const char *message);

/* Registers the metatable. [-0, +0, m] */
void failure_open(lua_State *L);

#endif
