/*
** pace.c: so many requests in so many seconds.
*/
#include "pace.h"

#include <stdlib.h>

#include "clock.h"

bool pace_set(struct pace *pace, size_t requests, double seconds) {
  pace->free = calloc(requests, sizeof *pace->free);
  pace->count = pace->free != NULL ? requests : 0;
  pace->seconds = seconds;
  return pace->free != NULL;
}

bool pace_take(struct pace *pace, size_t *place, double *start) {
  *place = 0;
  for (size_t i = 1; i < pace->count; i++)
    if (pace->free[i] < pace->free[*place]) *place = i;
  if (pace->free[*place] >= CLOCK_NEVER) return false;
  if (*start < pace->free[*place]) *start = pace->free[*place];
  pace->free[*place] = CLOCK_NEVER;
  return true;
}

void pace_give(struct pace *pace, size_t place, bool sent, double start) {
  pace->free[place] = sent ? clock_now() + pace->seconds : start;
}

void pace_free(struct pace *pace) {
  free(pace->free);
  *pace = (struct pace){.free = NULL};
}
