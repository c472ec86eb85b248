/*
** clock.h: monotonic time in seconds.
*/
#ifndef HARNEST_CLOCK_H
#define HARNEST_CLOCK_H

#include <limits.h>
#include <time.h>

/* A time that is never reached. */
#define CLOCK_NEVER 1e300

/*
** Returns the seconds since an arbitrary fixed moment. Setting the system's clock does not change
** it.
*/
static inline double clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/*
** Converts seconds to milliseconds for system calls. Rounds up, so that no wait ends before its
** time.
*/
static inline int clock_milliseconds(double seconds) {
  if (seconds <= 0) return 0;
  if (seconds >= INT_MAX / 1000) return INT_MAX;
  int whole = (int)(seconds * 1000);
  return whole < seconds * 1000 ? whole + 1 : whole;
}

/* The same for libcurl's timeouts: at least 1, because 0 means no timeout there. */
static inline long clock_limit(double seconds) {
  int milliseconds = clock_milliseconds(seconds);
  return milliseconds > 0 ? milliseconds : 1;
}

#endif
