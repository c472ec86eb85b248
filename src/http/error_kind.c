/*
** error_kind.c: the kinds of errors.
*/
#include "http/error_kind.h"

#include <stddef.h>
#include <string.h>

struct kind {
  const char *name;
  const char *hint;
};

static const struct kind kinds[] = {
    [KIND_NONE] = {"none", NULL},
    [KIND_BAD_REQUEST] = {"bad_request", NULL},
    [KIND_UNAUTHORIZED] =
        {"unauthorized",
         "check that the token is right, has not expired, and was made for this environment"},
    [KIND_FORBIDDEN] = {"forbidden", "check what the user who made the token may do"},
    [KIND_NOT_FOUND] = {"not_found", "check the type, the id and the base URL"},
    [KIND_CONFLICT] = {"conflict", NULL},
    [KIND_INVALID] = {"invalid", NULL},
    [KIND_RATE_LIMITED] = {"rate_limited", "send fewer requests, or retry later"},
    [KIND_UNAVAILABLE] = {"unavailable",
                          "the server is under maintenance or overloaded; retry later"},
    [KIND_CLIENT_ERROR] = {"client_error", NULL},
    [KIND_SERVER_ERROR] = {"server_error", "the server failed; retry later"},
    [KIND_TIMEOUT] = {"timeout",
                      "the server or the network is slow; see the options timeout and deadline"},
    [KIND_NETWORK] = {"network", "check the address and whether the server is running"},
    [KIND_TLS] =
        {"tls",
         "check the certificates; see the options ca_file (of a private CA) and client_cert"},
    [KIND_PROTOCOL] = {"protocol", NULL},
    [KIND_REFUSED] = {"refused", NULL},
    [KIND_CANCELLED] = {"cancelled", NULL},
};

const char *error_kind_name(enum error_kind kind) {
  return kinds[kind].name;
}

enum error_kind error_kind_named(const char *name) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kinds[i].name, name) == 0) return (enum error_kind)i;
  return KIND_NONE;
}

const char *error_kind_hint(enum error_kind kind, long status) {
  switch (status) {
    case 406: return "the server does not offer this media type; see the options ext and profile";
    case 412: return "the resource has changed since its ETag was read; read it again";
    case 415: return "the server does not accept this media type; see the option ext";
    default: return kinds[kind].hint;
  }
}

enum error_kind error_kind_of_status(long status) {
  switch (status) {
    case 400: return KIND_BAD_REQUEST;
    case 401: return KIND_UNAUTHORIZED;
    case 403: return KIND_FORBIDDEN;
    case 404: return KIND_NOT_FOUND;
    case 409:
    case 412: return KIND_CONFLICT;
    case 422: return KIND_INVALID;
    case 429: return KIND_RATE_LIMITED;
    case 503: return KIND_UNAVAILABLE;
    default: break;
  }
  if (status >= 400 && status < 500) return KIND_CLIENT_ERROR;
  return status >= 500 ? KIND_SERVER_ERROR : KIND_NONE;
}
