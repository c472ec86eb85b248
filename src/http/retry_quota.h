/*
** retry_quota.h: how many repetitions a client may still make, so that a server that is down is not hammered: a bucket of
** tokens that repetitions take from and successes fill again. No Lua in it.
*/
#ifndef HARNEST_RETRY_QUOTA_H
#define HARNEST_RETRY_QUOTA_H

#include <stdbool.h>

/* Zeroed memory is a full bucket. */
struct retry_quota {
  int spent;
};

/* Takes what a repetition costs, more after a timeout, which costs a server most. 0, and nothing taken, if too little is left. */
int retry_quota_take(struct retry_quota *quota, bool after_timeout);

/* A call succeeded: gives back what its last repetition took, or a little when it took none. */
void retry_quota_give(struct retry_quota *quota, int taken);

#endif
