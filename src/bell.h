/*
** bell.h: a descriptor that one thread makes readable to wake another, or a loop that polls it. Knows nothing of why.
*/
#ifndef HARNEST_BELL_H
#define HARNEST_BELL_H

#include <stdbool.h>

/* Opens a bell: its descriptor, not readable yet; -1 when the system gives none. */
int bell_open(void);

/* Closes it. -1 is allowed. */
void bell_close(int bell);

/* Makes it readable; again is harmless. */
void bell_ring(int bell);

/* Makes it not readable. */
void bell_clear(int bell);

/* Waits until it is readable, no longer than `seconds`. */
void bell_wait(int bell, double seconds);

#endif
