/*
** worker.h: a thread that repeats a function until it is stopped. All signals are blocked in it,
** because they are the host's.
**
** Only the owner's thread may call these functions, except worker_clear_wakeup, which is for the
** worker thread. worker_wake and worker_clear_wakeup share a flag: the caller must hold the same
** lock for both.
*/
#ifndef HARNEST_WORKER_H
#define HARNEST_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct worker {
  pthread_t thread;
  void (*run_once)(void *context);
  void *context;
  /* a wakeup's descriptor, opened by the owner; the function polls it while it waits */
  int alarm;
  bool called;      /* `alarm` is readable because of worker_wake */
  atomic_bool ends; /* the thread must end */
  bool runs;
};

/*
** Starts the thread, which calls run_once(context) until worker_stop. The function may wait, but
** must end its wait when `alarm` is readable, and call worker_clear_wakeup before it looks for
** work. Returns false if the system lacks resources.
*/
bool worker_start(struct worker *worker, void (*run_once)(void *context), void *context);

/* Ends the wait of the current call of run_once, or of the next one. */
void worker_wake(struct worker *worker);

/* Makes `alarm` not readable. Returns false if run_once must return without waiting. */
bool worker_clear_wakeup(struct worker *worker);

/* Waits for the current call of run_once and ends the thread. */
void worker_stop(struct worker *worker);

#endif
