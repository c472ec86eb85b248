/*
** worker.c: a thread that repeats a function.
*/
#include "net/worker.h"

#include <signal.h>

#include "net/wakeup.h"

static void *run(void *context) {
  struct worker *worker = context;
  while (!atomic_load(&worker->ends)) worker->run_once(worker->context);
  return NULL;
}

/* Creates the thread with all signals blocked; it inherits the mask of its creator. */
static bool create(struct worker *worker) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool created = pthread_create(&worker->thread, NULL, run, worker) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return created;
}

bool worker_start(struct worker *worker, void (*run_once)(void *context), void *context) {
  worker->run_once = run_once;
  worker->context = context;
  worker->called = false;
  atomic_store(&worker->ends, false);
  worker->runs = create(worker);
  return worker->runs;
}

void worker_wake(struct worker *worker) {
  if (!worker->called) wakeup_send(worker->alarm);
  worker->called = true;
}

bool worker_clear_wakeup(struct worker *worker) {
  if (worker->called) wakeup_clear(worker->alarm);
  worker->called = false;
  /* read last: the wakeup just cleared may be that of worker_stop */
  return !atomic_load(&worker->ends);
}

void worker_stop(struct worker *worker) {
  atomic_store(&worker->ends, true);
  wakeup_send(worker->alarm);
  pthread_join(worker->thread, NULL);
  worker->runs = false;
}
