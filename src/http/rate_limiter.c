/*
** rate_limiter.c: limits requests to a number of them in any span of so many seconds.
*/
#include "http/rate_limiter.h"

#include <stdlib.h>

/* Servers may log the time of a request shortly after they sent its response. */
#define RATE_LIMITER_MARGIN 1.01
#define RATE_LIMITER_LATENESS 0.01 /* seconds */

bool rate_limiter_set(struct rate_limiter *limiter, size_t requests, double seconds) {
  limiter->free_times = calloc(requests, sizeof *limiter->free_times);
  limiter->count = limiter->free_count = limiter->free_times != NULL ? requests : 0;
  limiter->seconds = seconds;
  return limiter->free_times != NULL;
}

/* Puts `time` into the heap of `count` times whose root has been taken out. */
static void replace_root(double *heap, size_t count, double time) {
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && heap[child + 1] < heap[child]) child++;
    if (time <= heap[child]) break;
    heap[at] = heap[child];
  }
  heap[at] = time;
}

bool rate_limiter_take(struct rate_limiter *limiter, double *start) {
  double *heap = limiter->free_times;
  if (limiter->free_count == 0) return false;
  if (*start < heap[0]) *start = heap[0];
  limiter->free_count--;
  if (limiter->free_count > 0) replace_root(heap, limiter->free_count, heap[limiter->free_count]);
  return true;
}

void rate_limiter_release(struct rate_limiter *limiter, double start, double now) {
  double time =
      now >= start ? now + limiter->seconds * RATE_LIMITER_MARGIN + RATE_LIMITER_LATENESS : start;
  double *heap = limiter->free_times;
  size_t at = limiter->free_count++;
  for (size_t parent; at > 0 && time < heap[parent = (at - 1) / 2]; at = parent)
    heap[at] = heap[parent];
  heap[at] = time;
}

void rate_limiter_free(struct rate_limiter *limiter) {
  free(limiter->free_times);
  *limiter = (struct rate_limiter){.free_times = NULL};
}
