/*
** engine.c: the queues of jobs on their way through curl, and the two ways of moving them on: by whoever steps the
** engine, or by its helper.
**
** What touches curl's multi handle is done in turns, by one thread alone. What both threads use is guarded by a lock that
** is held for moments only, never while curl may wait or write into a job.
*/
#include "net/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/multi.h"
#include "net/poller.h"
#include "net/unix_wakeup.h"
#include "net/wakeup.h"
#include "net/worker.h"

#define ENGINE_SPARE_EASIES 16

struct job_list {
  struct engine_job *first, *last;
};

struct engine {
  struct multi multi; /* used in turns only */
  struct worker helper;
  int pollfd; /* the descriptor for the outside, a poller of the multi handle's poller, or of the bell; -1 until wanted */
  unsigned holds;
  pid_t process;

  pthread_mutex_t lock; /* guards what follows, and the counts of gates */
  struct job_list pending, running, done, discarded;
  CURL *spare[ENGINE_SPARE_EASIES];
  unsigned spares;
  int bell; /* where there is a helper, rung as long as there are jobs done */
  struct unix_wakeup line;
  bool notifying; /* somebody reads the line */
};

static pthread_once_t curl_ready = PTHREAD_ONCE_INIT;

/*
** libcurl writes the secrets of TLS connections to the file that SSLKEYLOGFILE names, which whoever sets the environment
** may not be asked for. HARNEST_SSLKEYLOGFILE is the way to ask for it.
*/
static void init_curl(void) {
  const char *usual = getenv("SSLKEYLOGFILE"), *asked = getenv("HARNEST_SSLKEYLOGFILE");
  char *kept = usual != NULL ? strdup(usual) : NULL;
  if (asked != NULL)
    setenv("SSLKEYLOGFILE", asked, 1);
  else
    unsetenv("SSLKEYLOGFILE");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kept != NULL)
    setenv("SSLKEYLOGFILE", kept, 1);
  else if (asked != NULL)
    unsetenv("SSLKEYLOGFILE");
  free(kept);
}

static void list_append(struct job_list *list, struct engine_job *job) {
  job->previous = list->last;
  job->next = NULL;
  *(list->last != NULL ? &list->last->next : &list->first) = job;
  list->last = job;
}

static void list_remove(struct job_list *list, struct engine_job *job) {
  *(job->previous != NULL ? &job->previous->next : &list->first) = job->next;
  *(job->next != NULL ? &job->next->previous : &list->last) = job->previous;
  job->previous = job->next = NULL;
}

static void lock(struct engine *engine) {
  pthread_mutex_lock(&engine->lock);
}

static void unlock(struct engine *engine) {
  pthread_mutex_unlock(&engine->lock);
}

struct engine *engine_new(void) {
  pthread_once(&curl_ready, init_curl);
  struct engine *engine = calloc(1, sizeof *engine);
  if (engine == NULL) return NULL;
  pthread_mutex_init(&engine->lock, NULL);
  engine->holds = 1;
  engine->process = getpid();
  engine->pollfd = engine->bell = engine->helper.alarm = -1;
  engine->line = (struct unix_wakeup){.door = -1, .connection = -1};
  if (multi_open(&engine->multi)) return engine;
  engine_release(engine);
  return NULL;
}

struct engine *engine_hold(struct engine *engine) {
  engine->holds++;
  return engine;
}

/* Takes the jobs that were given up out of curl, and disposes of them. */
static void dispose_discarded(struct engine *engine) {
  lock(engine);
  for (struct engine_job *job; (job = engine->discarded.first) != NULL;) {
    list_remove(&engine->discarded, job);
    unlock(engine);
    multi_remove(&engine->multi, job->easy);
    job->dispose(job);
    lock(engine);
  }
  unlock(engine);
}

/* Ends what is ours; after a fork the thread, the lock and the connections are the parent's alone. */
static void end(struct engine *engine) {
  if (engine_is_inherited(engine)) {
    engine->line.path[0] = '\0';
    return;
  }
  if (engine->helper.runs) worker_stop(&engine->helper);
  dispose_discarded(engine);
  for (unsigned i = 0; i < engine->spares; i++) curl_easy_cleanup(engine->spare[i]);
  pthread_mutex_destroy(&engine->lock);
}

void engine_release(struct engine *engine) {
  if (engine == NULL || --engine->holds > 0) return;
  end(engine);
  multi_close(&engine->multi, engine_is_inherited(engine));
  unix_wakeup_close(&engine->line);
  wakeup_close(engine->bell);
  wakeup_close(engine->helper.alarm);
  poller_close(engine->pollfd);
  free(engine);
}

bool engine_is_inherited(const struct engine *engine) {
  return engine->process != getpid();
}

CURL *engine_borrow_easy(struct engine *engine) {
  lock(engine);
  CURL *easy = engine->spares > 0 ? engine->spare[--engine->spares] : NULL;
  unlock(engine);
  return easy != NULL ? easy : curl_easy_init();
}

void engine_return_easy(struct engine *engine, CURL *easy) {
  if (easy == NULL || engine_is_inherited(engine)) return;
  curl_easy_reset(easy);
  lock(engine);
  bool kept = engine->spares < ENGINE_SPARE_EASIES;
  if (kept) engine->spare[engine->spares++] = easy;
  unlock(engine);
  if (!kept) curl_easy_cleanup(easy);
}

void engine_submit(struct engine *engine, struct engine_job *job) {
  lock(engine);
  job->state = ENGINE_PENDING;
  list_append(&engine->pending, job);
  if (engine->helper.runs) worker_wake(&engine->helper);
  unlock(engine);
}

/* Tells of the first job that is done. */
static void announce(struct engine *engine) {
  if (!engine->helper.runs) return;
  wakeup_send(engine->bell);
  if (engine->notifying) unix_wakeup_send(&engine->line);
}

/* Puts a job that is in no list among those that are done. */
static void finish(struct engine *engine, struct engine_job *job, CURLcode result) {
  bool first = engine->done.first == NULL;
  job->result = result;
  job->state = ENGINE_DONE;
  list_append(&engine->done, job);
  if (first) announce(engine);
}

/* Takes a job out of those that are done; the bell is cleared with the last. */
static void take(struct engine *engine, struct engine_job *job) {
  list_remove(&engine->done, job);
  job->state = ENGINE_IDLE;
  if (engine->helper.runs && engine->done.first == NULL) wakeup_clear(engine->bell);
}

/* Takes a job out of those that run, and opens the limit for the next one. */
static void leave(struct engine *engine, struct engine_job *job) {
  list_remove(&engine->running, job);
  if (job->limit != NULL) job->limit->running--;
  job->limit = NULL;
}

/* Gives a running job up: it goes when curl has let go of it. */
static void discard_running(struct engine *engine, struct engine_job *job) {
  leave(engine, job);
  job->state = ENGINE_DISCARDED;
  list_append(&engine->discarded, job);
  if (engine->helper.runs) worker_wake(&engine->helper);
}

void engine_discard(struct engine *engine, struct engine_job *job) {
  lock(engine);
  switch (job->state) {
    case ENGINE_PENDING:
      list_remove(&engine->pending, job);
      job->state = ENGINE_IDLE;
      break;
    case ENGINE_RUNNING: discard_running(engine, job); break;
    case ENGINE_DONE: take(engine, job); break;
    case ENGINE_IDLE:
    case ENGINE_DISCARDED: break;
  }
  bool idle = job->state == ENGINE_IDLE;
  unlock(engine);
  if (idle)
    job->dispose(job);
  else if (!engine->helper.runs)
    dispose_discarded(engine);
}

struct engine_job *engine_take(struct engine *engine) {
  lock(engine);
  struct engine_job *job = engine->done.first;
  if (job != NULL) take(engine, job);
  unlock(engine);
  return job;
}

bool engine_is_busy(struct engine *engine) {
  if (engine_is_inherited(engine)) return false;
  lock(engine);
  bool busy =
      engine->pending.first != NULL || engine->running.first != NULL || engine->done.first != NULL;
  unlock(engine);
  return busy;
}

static bool limit_is_reached(const struct engine_job *job) {
  return job->limit != NULL && job->limit->running >= job->limit->maximum;
}

/* The clock_now() time when a pending job is to be looked at: to start it, or to end it where it still waits. */
static double due_time(const struct engine_job *job) {
  return limit_is_reached(job) || job->not_after < job->not_before ? job->not_after
                                                                   : job->not_before;
}

/* Seconds until curl, or a pending job, wants a turn. */
static double time_left(const struct engine *engine) {
  double due = engine->multi.due;
  for (const struct engine_job *job = engine->pending.first; job != NULL; job = job->next)
    if (due_time(job) < due) due = due_time(job);
  if (due >= CLOCK_NEVER) return CLOCK_NEVER;
  double wait = due - clock_now();
  return wait > 0 ? wait : 0;
}

double engine_timeout(struct engine *engine) {
  lock(engine);
  double timeout = engine->done.first != NULL ? 0
                   : engine->helper.runs      ? CLOCK_NEVER
                                              : time_left(engine);
  unlock(engine);
  return timeout;
}

/* Tells curl how long a job may run that starts now. */
static void limit(const struct engine_job *job, double now) {
  double left = job->not_after - now, seconds = job->timeout < left ? job->timeout : left;
  if (seconds < CLOCK_NEVER) curl_easy_setopt(job->easy, CURLOPT_TIMEOUT_MS, clock_limit(seconds));
}

/* Gives curl the pending jobs whose time has come and whose limit is open, and ends those whose time is over. */
static void start_due(struct engine *engine) {
  double now = engine->pending.first != NULL ? clock_now() : 0;
  for (struct engine_job *job = engine->pending.first, *next; job != NULL; job = next) {
    next = job->next;
    if (due_time(job) > now) continue;
    list_remove(&engine->pending, job);
    if (job->not_after <= now) {
      finish(engine, job, CURLE_OPERATION_TIMEDOUT);
      continue;
    }
    limit(job, now);
    curl_easy_setopt(job->easy, CURLOPT_PRIVATE, job);
    if (!multi_add(&engine->multi, job->easy)) {
      finish(engine, job, CURLE_OUT_OF_MEMORY);
      continue;
    }
    job->state = ENGINE_RUNNING;
    list_append(&engine->running, job);
    if (job->limit != NULL) job->limit->running++;
  }
}

/* A job that ran is out of curl. What was given up meanwhile goes another way. */
static void end_run(struct engine *engine, struct engine_job *job, CURLcode result) {
  lock(engine);
  if (job->state == ENGINE_RUNNING) {
    leave(engine, job);
    finish(engine, job, result);
  }
  unlock(engine);
}

/* Moves the jobs that curl has finished to those that are done; false when memory was short. */
static bool collect(struct engine *engine) {
  bool fine = true;
  CURLcode result;
  for (CURL *easy; (easy = multi_take(&engine->multi, &result, &fine)) != NULL;) {
    char *job = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job);
    end_run(engine, (struct engine_job *)(void *)job, result);
  }
  return fine;
}

static struct engine_job *first_running(struct engine *engine) {
  lock(engine);
  struct engine_job *job = engine->running.first;
  unlock(engine);
  return job;
}

/*
** Ends what runs, and begins with a new multi handle. Without memory libcurl (7.88) may watch neither a transfer's socket
** nor the time, so that it never ends; divide by zero at the next use of a socket that it noted by halves; and let others
** wait without end for what a connection turns out to be, one that was left before it was used.
*/
static void begin_anew(struct engine *engine) {
  for (struct engine_job *job; (job = first_running(engine)) != NULL;) {
    multi_remove(&engine->multi, job->easy);
    end_run(engine, job, CURLE_OUT_OF_MEMORY);
  }
  dispose_discarded(engine);
  multi_renew(&engine->multi);
}

/* One turn of the work: starts what is due, waits no longer than `seconds`, lets curl act, and collects what is done. */
static void turn(struct engine *engine, double seconds) {
  lock(engine);
  start_due(engine);
  bool waits = engine->helper.runs || engine->done.first == NULL;
  double wait = waits ? time_left(engine) : 0;
  unlock(engine);
  bool acted = multi_step(&engine->multi, wait < seconds ? wait : seconds);
  if (!collect(engine) || !acted) begin_anew(engine);
  dispose_discarded(engine);
  lock(engine);
  start_due(engine);
  unlock(engine);
}

/* The helper's turn. */
static void turn_of_helper(void *context) {
  struct engine *engine = context;
  lock(engine);
  bool goes_on = worker_clear_wakeup(&engine->helper);
  unlock(engine);
  if (goes_on) turn(engine, CLOCK_NEVER);
}

/* Makes the bell and the alarm, if they are not there. */
static bool open_bells(struct engine *engine) {
  if (engine->bell < 0) engine->bell = wakeup_open();
  if (engine->helper.alarm < 0) engine->helper.alarm = wakeup_open();
  return engine->bell >= 0 && engine->helper.alarm >= 0;
}

bool engine_start_worker(struct engine *engine) {
  if (engine->helper.runs) return true;
  if (!open_bells(engine)) return false;
  multi_watch_alarm(&engine->multi, engine->helper.alarm);
  lock(engine); /* until the helper is known to be there */
  bool started = worker_start(&engine->helper, turn_of_helper, engine);
  if (started && engine->done.first != NULL) announce(engine);
  unlock(engine);
  if (started && engine->pollfd >= 0) {
    poller_watch(engine->pollfd, engine->multi.poller, 0);
    poller_watch(engine->pollfd, engine->bell, POLLER_READ);
  }
  return started;
}

int engine_fd(struct engine *engine) {
  if (engine->pollfd < 0) {
    engine->pollfd = poller_open();
    int watched = engine->helper.runs ? engine->bell : engine->multi.poller;
    if (engine->pollfd >= 0) poller_watch(engine->pollfd, watched, POLLER_READ);
  }
  return engine->pollfd;
}

/* Waits until a job is done, no longer than `seconds`. */
static void wait_for_helper(struct engine *engine, double seconds) {
  lock(engine);
  bool done = engine->done.first != NULL;
  unlock(engine);
  if (!done && seconds > 0) wakeup_wait(engine->bell, seconds);
}

void engine_step(struct engine *engine, double seconds) {
  if (engine->helper.runs) {
    wait_for_helper(engine, seconds);
    return;
  }
  lock(engine);
  if (engine->done.first != NULL) seconds = 0;
  unlock(engine);
  turn(engine, seconds);
}

const char *engine_notify_path(struct engine *engine) {
  lock(engine);
  const char *path = unix_wakeup_path(&engine->line);
  engine->notifying = false;
  unlock(engine);
  return path;
}

bool engine_notify_start(struct engine *engine) {
  lock(engine);
  engine->notifying = unix_wakeup_accept(&engine->line);
  if (engine->notifying && engine->done.first != NULL) unix_wakeup_send(&engine->line);
  bool notifying = engine->notifying;
  unlock(engine);
  return notifying;
}

void engine_notify_stop(struct engine *engine) {
  lock(engine);
  engine->notifying = false;
  unlock(engine);
}

void engine_notify_send(struct engine *engine) {
  lock(engine);
  if (engine->notifying) unix_wakeup_send(&engine->line);
  unlock(engine);
}
