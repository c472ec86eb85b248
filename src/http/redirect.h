/*
** redirect.h: which redirects are followed, and to which URL. Sends nothing.
**
** Redirects of safe methods are followed only on the client's origin, and at most REDIRECT_MAXIMUM
** of them in a row, so that neither the token nor a write reaches another server. A redirect of a
** write is followed once, if its status is 307 or 308 and only the slash at the end of the path
** differs.
*/
#ifndef HARNEST_REDIRECT_H
#define HARNEST_REDIRECT_H

#include "base/buffer.h"
#include "http/error_kind.h"

#define REDIRECT_MAXIMUM 5

/* A redirect and its request. Owns nothing. */
struct redirect {
  long status;
  const char *method, *url; /* of the request */
  const char *location;     /* of the response; NULL if it has none */
  const char *base;         /* a URL on the client's origin */
  int followed;             /* redirects that were followed before this one */
};

/* Whether a status is that of a redirect: 301, 302, 303, 307 or 308 (RFC 9110, 15.4). */
bool redirect_is_status(long status);

/*
** Whether the redirect leads to the URL of the request with a slash added to, or removed from, the
** end of its path. Such a server did not execute the request. False on out of memory.
*/
bool redirect_is_slash(const struct redirect *redirect);

/*
** Returns the URL to follow the redirect to, on the origin of `base`; caller frees. Returns NULL if
** the redirect is not followed; then sets `error`, and replaces the contents of `reason`. On out of
** memory the error is KIND_REFUSED.
*/
char *redirect_target(const struct redirect *redirect, enum error_kind *error,
                      struct buffer *reason);

/*
** Returns the method to follow the redirect with: GET after a 303, unless it is HEAD (RFC 9110,
** 15.4.4), else that of the request.
*/
const char *redirect_method(const struct redirect *redirect);

#endif
