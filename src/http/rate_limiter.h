/*
** rate_limiter.h: limits requests to a number of them in any span of so many seconds.
**
** The limiter has one slot for each allowed request. A request takes a slot before it is sent and
** releases it when its response is complete; the slot is free again that many seconds later. The
** server receives a request after its slot is taken and before it is released, so the limit holds
** by the server's clock, too.
*/
#ifndef HARNEST_RATE_LIMITER_H
#define HARNEST_RATE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>

/*
** Zeroed memory is a limiter that is off: rate_limiter_is_on returns false, and no slots may be
** taken.
*/
struct rate_limiter {
  double seconds;
  /* a binary heap of the clock_now() times from which untaken slots are free; owned */
  double *free_times;
  size_t free_count; /* slots that no request has */
  size_t count;      /* all slots */
};

/*
** Allows `requests` in any span of `seconds`. Returns false on out of memory; the limiter is off
** then.
*/
bool rate_limiter_set(struct rate_limiter *limiter, size_t requests, double seconds);

static inline bool rate_limiter_is_on(const struct rate_limiter *limiter) {
  return limiter->count > 0;
}

/* Whether rate_limiter_take would return true. */
static inline bool rate_limiter_has_slot(const struct rate_limiter *limiter) {
  return limiter->free_count > 0;
}

/*
** Takes the slot that is free first. `start` is the clock_now() time at which the request shall be
** sent; it is moved to the time at which the slot is free, if that is later. Returns false if
** requests have all slots. O(log n).
*/
bool rate_limiter_take(struct rate_limiter *limiter, double *start);

/*
** Releases a slot that rate_limiter_take gave with this `start`, at the clock_now() time `now`. If
** `now` is before `start`, the request was not sent, and the slot is free from `start` on. O(log
** n).
*/
void rate_limiter_release(struct rate_limiter *limiter, double start, double now);

/* Frees what the limiter owns; it is off then. */
void rate_limiter_free(struct rate_limiter *limiter);

#endif
