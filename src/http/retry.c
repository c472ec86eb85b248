/*
** retry.c: which responses are retried, after how long, and how many retries a client may make. The
** quota's numbers are those of the standard retry mode of the AWS SDKs.
*/
#include "http/retry.h"

#define RETRY_QUOTA_SIZE 500
#define RETRY_QUOTA_COST 5
#define RETRY_QUOTA_COST_AFTER_TIMEOUT 10
#define RETRY_QUOTA_SUCCESS 1
#define RETRY_FIRST_BACKOFF 0.5 /* seconds; doubled after each attempt */

int retry_quota_take(struct retry_quota *quota, bool after_timeout) {
  int cost = after_timeout ? RETRY_QUOTA_COST_AFTER_TIMEOUT : RETRY_QUOTA_COST;
  if (quota->spent + cost > RETRY_QUOTA_SIZE) return 0;
  quota->spent += cost;
  return cost;
}

void retry_quota_give(struct retry_quota *quota, int taken) {
  quota->spent -= taken > 0 ? taken : RETRY_QUOTA_SUCCESS;
  if (quota->spent < 0) quota->spent = 0;
}

double retry_backoff(int attempt, double maximum, double random) {
  double ceiling = RETRY_FIRST_BACKOFF / 2;
  for (int i = 0; i < attempt && ceiling < maximum; i++) ceiling *= 2;
  return (ceiling < maximum ? ceiling : maximum) * random;
}

bool retry_allows_status(long status, bool repeatable) {
  if (retry_states_nothing_done(status)) return true;
  return (status == 502 || status == 504) && repeatable;
}

bool retry_is_temporary(long status) {
  switch (status) {
    case 408: /* the server waited too long for the request */
    case 425: /* it comes too early to be processed (RFC 8470, 5.2) */
    case 429: return true;
    case 501:
    case 505: return false; /* the server lacks the method or the version of HTTP */
    default: return status >= 500;
  }
}

bool retry_states_nothing_done(long status) {
  return status == 429 || status == 503;
}
