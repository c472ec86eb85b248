/*
** wakeup.h: a descriptor that one thread makes readable to wake another one, or an event loop. Any
** thread may use it.
*/
#ifndef HARNEST_WAKEUP_H
#define HARNEST_WAKEUP_H

#include <stdbool.h>

/*
** Opens a wakeup and returns its descriptor, not readable yet. Returns -1 if the system lacks
** resources.
*/
int wakeup_open(void);

/* Closes it. `fd` may be -1. */
void wakeup_close(int fd);

/* Makes it readable. Idempotent. */
void wakeup_send(int fd);

/* Makes it not readable. Idempotent. */
void wakeup_clear(int fd);

/* Waits at most `seconds` until it is readable. */
void wakeup_wait(int fd, double seconds);

#endif
