/*
** rate_limit_headers.h: when a response's headers state that the server accepts the next request.
*/
#ifndef HARNEST_RATE_LIMIT_HEADERS_H
#define HARNEST_RATE_LIMIT_HEADERS_H

#include "http/transfer.h"

/*
** Returns the seconds of Retry-After, a number or a date (RFC 9110, 10.2.3); negative if it is
** absent or invalid.
*/
double rate_limit_headers_retry_after(const struct transfer *transfer);

/*
** Returns the seconds until the reset of a rate limit that has no requests remaining; negative if
** there is none. Reads RateLimit (draft-ietf-httpapi-ratelimit-headers, older and newer form),
** RateLimit-Remaining and -Reset, and both with the prefix X-. A reset may be a number of seconds
** or a Unix time.
*/
double rate_limit_headers_wait(const struct transfer *transfer);

#endif
