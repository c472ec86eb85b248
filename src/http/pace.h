/*
** pace.h: what limits how many requests are sent to a server, and when. A client and the clients
** derived from it share it.
*/
#ifndef HARNEST_PACE_H
#define HARNEST_PACE_H

#include <stdbool.h>

#include "http/rate_limiter.h"
#include "http/request_queue.h"
#include "http/retry.h"
#include "net/engine.h"

struct pace {
  unsigned references;
  struct connection_limit limit;
  struct retry_quota quota;
  struct rate_limiter rate_limiter;
  double hold_until;            /* clock_now() time before which the server accepts no requests */
  struct request_queue waiting; /* requests of all its clients that wait for a slot */
  bool is_filling_slots;        /* requests that waited for a slot are being sent */
  long process;                 /* the process of limit.running */
};

/*
** Makes a pace without a rate limit, for `connections` at once, with one reference. Returns NULL on
** out of memory.
*/
struct pace *pace_new(unsigned connections);

/* Adds a reference, until pace_release. */
struct pace *pace_hold(struct pace *pace);

/* Gives up a reference. `pace` may be NULL. */
void pace_release(struct pace *pace);

/*
** After a fork, sets the running jobs of the limit to 0: they belong to the parent and never finish
** in this process.
*/
void pace_notice_fork(struct pace *pace);

#endif
