/*
** worker.h: a thread that does one turn of some work after the other, and that can be called out of its waiting. It has
** all signals blocked, since they are the host's.
**
** All of this is for one thread, the owner's, but worker_clear_wakeup, which is for the helper in its turns. Calling and hearing
** share a flag: whoever does either holds the same lock.
*/
#ifndef HARNEST_WORKER_H
#define HARNEST_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct worker {
  pthread_t thread;
  void (*turn)(void *context);
  void *context;
  int alarm;        /* a bell, to be watched by a turn that waits */
  bool called;      /* it has been rung */
  atomic_bool ends; /* no more turns */
  bool runs;
};

/*
** Starts the thread, which calls turn(context) until worker_stop. A turn may wait, but must end its waiting when `alarm`
** is readable, and hear it before it looks for work. False when the system gives no thread.
*/
bool worker_start(struct worker *helper, void (*turn)(void *context), void *context);

/* Ends the waiting of the turn that runs, or of the next one. */
void worker_wake(struct worker *helper);

/* Makes the alarm silent. False when the turn is to end without waiting. */
bool worker_clear_wakeup(struct worker *helper);

/* Lets the turn that runs come to its end, and ends the thread. */
void worker_stop(struct worker *helper);

#endif
