/*
** rate_limiter.c: so many requests in so many seconds.
*/
#include "http/rate_limiter.h"

#include <stdlib.h>

#include "base/clock.h"

/* Servers note the time of a request a little after they have answered it. */
#define RATE_LIMITER_MARGIN 1.01
#define RATE_LIMITER_LATENESS 0.01

bool rate_limiter_set(struct rate_limiter *pace, size_t requests, double seconds) {
  pace->free = calloc(requests, sizeof *pace->free);
  pace->count = pace->free != NULL ? requests : 0;
  pace->seconds = seconds;
  return pace->free != NULL;
}

bool rate_limiter_take(struct rate_limiter *pace, size_t *place, double *start) {
  *place = 0;
  for (size_t i = 1; i < pace->count; i++)
    if (pace->free[i] < pace->free[*place]) *place = i;
  if (pace->free[*place] >= CLOCK_NEVER) return false;
  if (*start < pace->free[*place]) *start = pace->free[*place];
  pace->free[*place] = CLOCK_NEVER;
  return true;
}

void rate_limiter_give(struct rate_limiter *pace, size_t place, bool sent, double start) {
  pace->free[place] =
      sent ? clock_now() + pace->seconds * RATE_LIMITER_MARGIN + RATE_LIMITER_LATENESS : start;
}

void rate_limiter_free(struct rate_limiter *pace) {
  free(pace->free);
  *pace = (struct rate_limiter){.free = NULL};
}
