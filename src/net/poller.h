/*
** poller.h: polls many descriptors through one. The only module that uses the system's interface
** for it (epoll).
*/
#ifndef HARNEST_POLLER_H
#define HARNEST_POLLER_H

#include <stdbool.h>

enum poller_events { POLLER_READ = 1, POLLER_WRITE = 2, POLLER_ERROR = 4 };

struct poller_ready {
  int fd;
  unsigned events; /* bits of poller_events */
};

/*
** Opens a poller and returns its descriptor, which is readable while a watched one is ready.
** Returns -1 if the system lacks resources.
*/
int poller_open(void);

/* Closes it, but not the watched descriptors. `poller` may be -1. */
void poller_close(int poller);

/* Watches `fd` for `events`, which replace earlier ones; 0 ends the watch. */
void poller_watch(int poller, int fd, unsigned events);

/*
** Waits at most `seconds` for events. Fills at most `capacity` entries of `ready` and returns their
** number.
*/
int poller_wait(int poller, double seconds, struct poller_ready *ready, int capacity);

#endif
