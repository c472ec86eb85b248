/*
** system_thread.h: threads of the operating system; a part of system.h.
*/
#ifndef HARNEST_SYSTEM_THREAD_H
#define HARNEST_SYSTEM_THREAD_H

#include <pthread.h>
#include <stdbool.h>

struct system_thread {
  pthread_t thread;
  void (*run)(void *context);
  void *context;
};

/*
** Starts a thread that calls run(context). All signals are blocked in it, because they are the
** host's. Returns false if the system lacks resources. `thread` must not move until it is joined.
*/
bool system_thread_start(struct system_thread *thread, void (*run)(void *context), void *context);

/* Waits for the end of the thread. */
void system_thread_join(struct system_thread *thread);

#endif
