/*
** rate_limit_headers.h: when an answer's header says that the server may be asked again. No Lua in it.
*/
#ifndef HARNEST_RATE_LIMIT_HEADERS_H
#define HARNEST_RATE_LIMIT_HEADERS_H

#include "http/transfer.h"

/* Seconds that Retry-After asks for, as a number or a date (RFC 9110, 10.2.3); negative without one. */
double rate_limit_headers_retry_after(const struct transfer *transfer);

/*
** Seconds until a rate limit that is used up is lifted; negative when none is stated to be used up. Reads RateLimit
** (draft-ietf-httpapi-ratelimit-headers, in its older and newer form), RateLimit-Remaining and -Reset, and the same
** with X- before them; a reset may be a number of seconds or a Unix time.
*/
double rate_limit_headers_wait(const struct transfer *transfer);

#endif
