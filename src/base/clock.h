/*
** clock.h: the time that only goes forward, in seconds.
*/
#ifndef HARNEST_CLOCK_H
#define HARNEST_CLOCK_H

#include <limits.h>
#include <math.h>
#include <time.h>

/* Stands for a time that never comes. */
#define CLOCK_NEVER 1e300

/* Seconds since some fixed moment; not changed by setting the system's clock. */
static inline double clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Seconds as system calls count them: in milliseconds, rounded up, so that no wait ends just before its time. */
static inline int clock_milliseconds(double seconds) {
  if (seconds <= 0) return 0;
  return seconds >= INT_MAX / 1000 ? INT_MAX : (int)ceil(seconds * 1000);
}

/* The same for libcurl's limits, where 0 stands for none. */
static inline long clock_limit(double seconds) {
  int milliseconds = clock_milliseconds(seconds);
  return milliseconds > 0 ? milliseconds : 1;
}

#endif
