/*
** helper.c: a thread that does turns of work.
*/
#include "helper.h"

#include <signal.h>

#include "bell.h"

static void *run(void *context) {
  struct helper *helper = context;
  while (!atomic_load(&helper->ends)) helper->turn(helper->context);
  return NULL;
}

/* A thread is born with the signal mask of the one that makes it. */
static bool create(struct helper *helper) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool created = pthread_create(&helper->thread, NULL, run, helper) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return created;
}

bool helper_start(struct helper *helper, void (*turn)(void *context), void *context) {
  helper->turn = turn;
  helper->context = context;
  helper->called = false;
  atomic_store(&helper->ends, false);
  helper->runs = create(helper);
  return helper->runs;
}

void helper_call(struct helper *helper) {
  if (!helper->called) bell_ring(helper->alarm);
  helper->called = true;
}

bool helper_hear(struct helper *helper) {
  if (helper->called) bell_clear(helper->alarm);
  helper->called = false;
  return !atomic_load(&helper->ends); /* asked last: the ringing of helper_stop may be what was just silenced */
}

void helper_stop(struct helper *helper) {
  atomic_store(&helper->ends, true);
  bell_ring(helper->alarm);
  pthread_join(helper->thread, NULL);
  helper->runs = false;
}
