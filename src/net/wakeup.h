/*
** wakeup.h: a descriptor that one thread makes readable to wake another, or a loop that polls it. Knows nothing of why.
*/
#ifndef HARNEST_WAKEUP_H
#define HARNEST_WAKEUP_H

#include <stdbool.h>

/* Opens a bell: its descriptor, not readable yet; -1 when the system gives none. */
int wakeup_open(void);

/* Closes it. -1 is allowed. */
void wakeup_close(int bell);

/* Makes it readable; again is harmless. */
void wakeup_send(int bell);

/* Makes it not readable. */
void wakeup_clear(int bell);

/* Waits until it is readable, no longer than `seconds`. */
void wakeup_wait(int bell, double seconds);

#endif
