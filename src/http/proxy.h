/*
** proxy.h: where the proxy of a request is set, and how messages describe it. libcurl reads the
** setting itself. A proxy's user and password are never shown.
*/
#ifndef HARNEST_PROXY_H
#define HARNEST_PROXY_H

#include "base/buffer.h"

/* Begins the reason, or the advice, if a proxy answers 407. */
#define PROXY_CREDENTIALS "the proxy requires credentials"

struct proxy {
  const char *source; /* the option or variable that sets it, a literal; NULL if there is none */
  const char *text;   /* its URL; not owned: the option's, or the environment's */
};

/*
** Returns the proxy for a request to `url`: that of the option `proxy` (NULL if it is not set, ""
** for none), otherwise that of the variables that libcurl reads. Ignores no_proxy.
*/
struct proxy proxy_of(const char *option, const char *url);

/*
** Returns why libcurl does not accept the URL of a proxy, a literal that continues a sentence about
** it: "has no host". Returns NULL if it accepts it, or, with errno ENOMEM, on out of memory.
*/
const char *proxy_problem(const char *text);

/* Appends that the proxy requires credentials, its address, and where to set them. */
void proxy_describe_credentials(const struct proxy *proxy, struct buffer *out);

/* Appends that the proxy's URL is invalid, and where it is set. */
void proxy_describe_problem(const struct proxy *proxy, struct buffer *out);

/*
** Appends " (the proxy of …)" if libcurl's reason, "Failed to connect to HOST port PORT", is about
** the proxy.
*/
void proxy_describe_source(const struct proxy *proxy, const char *reason, struct buffer *out);

#endif
