/*
** wakeup.h: a descriptor that becomes readable, to wake an event loop or a waiting thread. Not
** synchronized, except wakeup_wait.
*/
#ifndef HARNEST_WAKEUP_H
#define HARNEST_WAKEUP_H

#include "system.h"

struct wakeup {
  system_socket descriptor; /* to poll for reading; SYSTEM_NO_SOCKET if it is not open */
  system_socket other_end;
  bool is_sent; /* the descriptor is readable */
};

/* Opens a wakeup, not sent. Returns false if the system lacks resources; then it is not open. */
bool wakeup_open(struct wakeup *wakeup);

/* Closes it if it is open. */
void wakeup_close(struct wakeup *wakeup);

/* Makes the descriptor readable, or not readable. Does nothing if it is so, or not open. */
void wakeup_set(struct wakeup *wakeup, bool is_readable);

/* Waits at most `seconds` until the descriptor is readable. Any thread. */
void wakeup_wait(const struct wakeup *wakeup, double seconds);

#endif
