/*
** worker.c: a thread that does turns of work.
*/
#include "net/worker.h"

#include <signal.h>

#include "net/wakeup.h"

static void *run(void *context) {
  struct worker *helper = context;
  while (!atomic_load(&helper->ends)) helper->turn(helper->context);
  return NULL;
}

/* A thread is born with the signal mask of the one that makes it. */
static bool create(struct worker *helper) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool created = pthread_create(&helper->thread, NULL, run, helper) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return created;
}

bool worker_start(struct worker *helper, void (*turn)(void *context), void *context) {
  helper->turn = turn;
  helper->context = context;
  helper->called = false;
  atomic_store(&helper->ends, false);
  helper->runs = create(helper);
  return helper->runs;
}

void worker_wake(struct worker *helper) {
  if (!helper->called) wakeup_send(helper->alarm);
  helper->called = true;
}

bool worker_clear_wakeup(struct worker *helper) {
  if (helper->called) wakeup_clear(helper->alarm);
  helper->called = false;
  return !atomic_load(
      &helper->ends); /* asked last: the ringing of worker_stop may be what was just silenced */
}

void worker_stop(struct worker *helper) {
  atomic_store(&helper->ends, true);
  wakeup_send(helper->alarm);
  pthread_join(helper->thread, NULL);
  helper->runs = false;
}
