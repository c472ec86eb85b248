/*
** rate_limiter.h: so many requests in so many seconds, and no more. No Lua in it.
**
** There are as many places as requests are allowed. A request takes one before it is sent and gives it back when its
** answer is there; the place is free again so many seconds after that. Since a server cannot have seen a request after
** its answer came, nor one before it was sent, no span of that length holds more of them in the server's own log.
*/
#ifndef HARNEST_RATE_LIMITER_H
#define HARNEST_RATE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory is no pace to keep: places are not asked for. */
struct rate_limiter {
  double seconds;
  double *free; /* when each place is free, CLOCK_NEVER while a request has it; owned */
  size_t count;
};

/* Sets the pace. False without memory. */
bool rate_limiter_set(struct rate_limiter *pace, size_t requests, double seconds);

/* Takes the place that is free first; false when all are taken. `start` is when the request may be sent. */
bool rate_limiter_take(struct rate_limiter *pace, size_t *place, double *start);

/* Gives a place back. `sent`: its request may have been sent; else it is free again from `start` on. */
void rate_limiter_give(struct rate_limiter *pace, size_t place, bool sent, double start);

void rate_limiter_free(struct rate_limiter *pace);

#endif
