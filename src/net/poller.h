/*
** poller.h: many descriptors watched through one. The one place that knows the system's interface for it (epoll).
*/
#ifndef HARNEST_POLLER_H
#define HARNEST_POLLER_H

#include <stdbool.h>

enum poller_events { POLLER_READ = 1, POLLER_WRITE = 2, POLLER_ERROR = 4 };

struct poller_ready {
  int fd;
  unsigned events; /* of poller_events */
};

/* Opens a poller: its descriptor, readable whenever a watched one is ready; -1 when the system gives none. */
int poller_open(void);

/* Closes it. The watched descriptors stay open. -1 is allowed. */
void poller_close(int poller);

/* Watches `fd` for `events` from now on, instead of whatever it was watched for; 0 ends the watch. */
void poller_watch(int poller, int fd, unsigned events);

/* Waits until something is ready, no longer than `seconds`; fills at most `room` entries and returns how many. */
int poller_wait(int poller, double seconds, struct poller_ready *ready, int room);

#endif
