/*
** retry.h: which responses are retried, after how long, and how many retries a client may make.
*/
#ifndef HARNEST_RETRY_H
#define HARNEST_RETRY_H

#include <stdbool.h>

/*
** Limits the retries of one client, so that they do not overload a server that is down. A retry
** takes tokens from a bucket, and a success puts tokens back. Zeroed memory is a full bucket.
*/
struct retry_quota {
  int spent; /* tokens */
};

/*
** Takes the tokens for one retry; a retry after a timeout costs more, because it costs the server
** more. Returns how many were taken, or 0 if too few are left.
*/
int retry_quota_take(struct retry_quota *quota, bool after_timeout);

/*
** Puts tokens back after a call succeeded: the `taken` of its last retry, or a few if `taken` is 0.
*/
void retry_quota_give(struct retry_quota *quota, int taken);

/*
** Returns the seconds to wait after attempt number `attempt` (1 is the first): exponential backoff
** with full jitter, so that clients do not retry in step. `random` is at least 0 and below 1; the
** result is at most `maximum` seconds.
*/
double retry_backoff(int attempt, double maximum, double random);

/*
** Whether a server whose response to a write has this status may have done it: it failed meanwhile,
** or a gateway did.
*/
static inline bool retry_may_have_been_done(long status) {
  return status >= 500 && status != 501 && status != 503 && status != 505;
}

/*
** Whether a request whose response has this status may be retried. 429 and 503 state that the
** server did nothing; after a gateway's 502 or 504 only a `repeatable` request is retried.
*/
bool retry_allows_status(long status, bool repeatable);

/* Whether the same request may get another response than this status later, by itself. */
bool retry_is_temporary(long status);

/* Whether the status states that the server did nothing. */
bool retry_states_nothing_done(long status);

#endif
