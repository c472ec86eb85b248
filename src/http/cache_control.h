/*
** cache_control.h: whether a private cache may store a response, and for how long the response is
** fresh, by its Cache-Control, Vary, Expires, Date and Age (RFC 9111). The headers are as in
** response_headers.h.
*/
#ifndef HARNEST_CACHE_CONTROL_H
#define HARNEST_CACHE_CONTROL_H

#include <time.h>

#include "base/buffer.h"

struct cache_lifetime {
  double seconds; /* for which the response is fresh after it arrived; 0 or less: it is stale */
  bool must_revalidate; /* a stale response must not be used, not even if the server fails */
};

/*
** Whether a cache with one user may store the response to a GET with status 200. Sets `lifetime`.
** `now` is the Unix time at which the response arrived, which replaces a missing Date. `ttl` is the
** lifetime, in seconds, of a response that does not state one; 0 for none. False on out of memory.
**
** A response without a lifetime is stored only if it has a validator. The fields of the request
** that Vary names are not considered, except for "*".
*/
bool cache_control_may_store(const struct buffer *headers, time_t now, double ttl,
                             struct cache_lifetime *lifetime);

/* Whether the headers have an ETag or Last-Modified, by which a stale response is revalidated. */
bool cache_control_has_validator(const struct buffer *headers);

/* Whether the headers have a field with this name, which is in lower case, and it is not empty. */
bool cache_control_has(const struct buffer *headers, const char *name);

#endif
