/*
** engine.c: the queues of jobs, and the two ways to advance them: by the caller's steps, or by the
** worker thread.
**
** Only one thread at a time uses curl's multi handle. A lock guards what both threads use. It is
** held only briefly, never while curl may wait or write into a job.
*/
#include "net/engine.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/multi.h"
#include "net/wakeup.h"
#include "system.h"
#include "system_thread.h"
#include "unix_wakeup.h"

#define ENGINE_SPARE_EASIES 16

struct job_list {
  struct engine_job *first, *last;
};

struct engine {
  struct multi multi;     /* used by one thread at a time, in run_once */
  struct goaways goaways; /* likewise */
  struct system_thread worker;
  bool has_worker;
  unsigned references;
  long process;

  pthread_mutex_t lock; /* guards the members below, and connection_limit.running */
  struct job_list pending, running, done, discarded;
  CURL *spare[ENGINE_SPARE_EASIES];
  unsigned spare_count;
  bool worker_ends;      /* the worker thread must end */
  bool worker_is_called; /* it will look at the lists before it waits */
  bool is_called;        /* since engine_wake, until the next step */
  struct wakeup wakeup;  /* with a worker thread: readable while a step is due */
  struct unix_wakeup unix_wakeup;
  bool notifying; /* between engine_notify_start and engine_notify_stop */
};

static pthread_once_t curl_ready = PTHREAD_ONCE_INIT;

/*
** libcurl writes the secrets of TLS connections to the file that SSLKEYLOGFILE names. A program
** with an environment of unknown origin must not do that, so only HARNEST_SSLKEYLOGFILE enables it.
*/
static void init_curl(void) {
  const char *original = getenv("SSLKEYLOGFILE"), *wanted = getenv("HARNEST_SSLKEYLOGFILE");
  char *kept = original != NULL ? strdup(original) : NULL;
  system_set_environment("SSLKEYLOGFILE", wanted);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  system_stay_loaded();
  system_set_environment("SSLKEYLOGFILE", kept);
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
  engine->references = 1;
  engine->process = system_process();
  engine->wakeup = (struct wakeup){.descriptor = SYSTEM_NO_SOCKET, .other_end = SYSTEM_NO_SOCKET};
  engine->unix_wakeup = (struct unix_wakeup){.listen_fd = -1, .connection = -1};
  if (multi_open(&engine->multi)) return engine;
  engine_release(engine);
  return NULL;
}

struct engine *engine_hold(struct engine *engine) {
  engine->references++;
  return engine;
}

/* Removes the discarded jobs from curl and disposes of them. */
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

/* Makes the worker thread look at the lists, if there is one. The caller holds the lock. */
static void call_worker(struct engine *engine) {
  if (!engine->has_worker || engine->worker_is_called) return;
  engine->worker_is_called = true;
  multi_wake(&engine->multi);
}

/* Ends the worker thread, if there is one. */
static void stop_worker(struct engine *engine) {
  if (!engine->has_worker) return;
  lock(engine);
  engine->worker_ends = true;
  call_worker(engine);
  unlock(engine);
  system_thread_join(&engine->worker);
  engine->has_worker = false;
}

/*
** Frees this process's resources. After a fork the thread, the lock and the connections belong to
** the parent.
*/
static void free_resources(struct engine *engine) {
  if (engine_is_inherited(engine)) {
    engine->unix_wakeup.path[0] = '\0';
    return;
  }
  stop_worker(engine);
  dispose_discarded(engine);
  for (unsigned i = 0; i < engine->spare_count; i++) curl_easy_cleanup(engine->spare[i]);
  pthread_mutex_destroy(&engine->lock);
}

void engine_release(struct engine *engine) {
  if (engine == NULL || --engine->references > 0) return;
  free_resources(engine);
  multi_close(&engine->multi, engine_is_inherited(engine));
  unix_wakeup_close(&engine->unix_wakeup);
  wakeup_close(&engine->wakeup);
  free(engine);
}

bool engine_is_inherited(const struct engine *engine) {
  return engine->process != system_process();
}

void *engine_borrow_easy(struct engine *engine) {
  lock(engine);
  CURL *easy = engine->spare_count > 0 ? engine->spare[--engine->spare_count] : NULL;
  unlock(engine);
  return easy != NULL ? easy : curl_easy_init();
}

struct goaways *engine_goaways(struct engine *engine) {
  return &engine->goaways;
}

void engine_return_easy(struct engine *engine, void *easy) {
  if (easy == NULL || engine_is_inherited(engine)) return;
  curl_easy_reset(easy);
  lock(engine);
  bool kept = engine->spare_count < ENGINE_SPARE_EASIES;
  if (kept) engine->spare[engine->spare_count++] = easy;
  unlock(engine);
  if (!kept) curl_easy_cleanup(easy);
}

void engine_submit(struct engine *engine, struct engine_job *job) {
  lock(engine);
  job->state = ENGINE_PENDING;
  job->within_headers = job->interrupted = false;
  list_append(&engine->pending, job);
  call_worker(engine);
  unlock(engine);
}

/* Whether a step has something to do without a wait. The caller holds the lock. */
static bool is_due(const struct engine *engine) {
  return engine->is_called || engine->done.first != NULL;
}

/* Makes the descriptor readable if a step is due, else not. The caller holds the lock. */
static void update_wakeup(struct engine *engine) {
  wakeup_set(&engine->wakeup, is_due(engine));
}

/* Appends a job that is in no list to the finished ones. */
static void finish(struct engine *engine, struct engine_job *job, CURLcode result) {
  bool first = engine->done.first == NULL;
  job->result = result;
  job->state = ENGINE_DONE;
  list_append(&engine->done, job);
  update_wakeup(engine);
  if (first && engine->notifying) unix_wakeup_send(&engine->unix_wakeup);
}

/* Removes a job from the finished ones. */
static void remove_done(struct engine *engine, struct engine_job *job) {
  list_remove(&engine->done, job);
  job->state = ENGINE_IDLE;
  update_wakeup(engine);
}

/* Removes a job from the running ones and from its limit's count. */
static void remove_running(struct engine *engine, struct engine_job *job) {
  list_remove(&engine->running, job);
  if (job->limit != NULL) job->limit->running--;
  job->limit = NULL;
}

/* Discards a running job, which is disposed of when curl no longer uses it. */
static void discard_running(struct engine *engine, struct engine_job *job) {
  remove_running(engine, job);
  job->state = ENGINE_DISCARDED;
  list_append(&engine->discarded, job);
  call_worker(engine);
}

void engine_discard(struct engine *engine, struct engine_job *job) {
  lock(engine);
  switch (job->state) {
    case ENGINE_PENDING:
      list_remove(&engine->pending, job);
      job->state = ENGINE_IDLE;
      break;
    case ENGINE_RUNNING: discard_running(engine, job); break;
    case ENGINE_DONE: remove_done(engine, job); break;
    case ENGINE_IDLE:
    case ENGINE_DISCARDED: break;
  }
  bool idle = job->state == ENGINE_IDLE;
  unlock(engine);
  if (idle)
    job->dispose(job);
  else if (!engine->has_worker)
    dispose_discarded(engine);
}

struct engine_job *engine_take(struct engine *engine) {
  lock(engine);
  struct engine_job *job = engine->done.first;
  if (job != NULL) remove_done(engine, job);
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

/*
** Returns the clock_now() time when a pending job needs attention: to start it, or to time it out.
*/
static double due_time(const struct engine_job *job) {
  bool only_times_out =
      job->easy == NULL || limit_is_reached(job) || job->not_after < job->not_before;
  return only_times_out ? job->not_after : job->not_before;
}

/* Returns the seconds until a pending job needs attention. */
static double time_left(const struct engine *engine) {
  double due = CLOCK_NEVER;
  for (const struct engine_job *job = engine->pending.first; job != NULL; job = job->next)
    if (due_time(job) < due) due = due_time(job);
  if (due >= CLOCK_NEVER) return CLOCK_NEVER;
  double wait = due - clock_now();
  return wait > 0 ? wait : 0;
}

bool engine_step_is_due(struct engine *engine) {
  lock(engine);
  bool due = is_due(engine) || (!engine->has_worker &&
                                (engine->pending.first != NULL || engine->running.first != NULL));
  unlock(engine);
  return due;
}

/* Sets the timeout of a job that starts now. */
static void set_timeout(const struct engine_job *job, double now) {
  double left = job->not_after - now, seconds = job->timeout < left ? job->timeout : left;
  if (seconds < CLOCK_NEVER) curl_easy_setopt(job->easy, CURLOPT_TIMEOUT_MS, clock_limit(seconds));
}

/*
** Starts the pending jobs that are due and within their limit. Times out those whose time is over;
** a timer is due only then, so that it is never started.
*/
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
    set_timeout(job, now);
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

/* Moves a job that curl has finished to the finished ones, unless it was discarded meanwhile. */
static void end_run(struct engine *engine, struct engine_job *job, CURLcode result) {
  lock(engine);
  if (job->state == ENGINE_RUNNING) {
    remove_running(engine, job);
    finish(engine, job, result);
  }
  unlock(engine);
}

/* Whether libcurl has read a part of the response, or of a proxy's. */
static bool has_begun_response(const struct engine_job *job) {
  long status = 0;
  curl_off_t first_byte = 0; /* microseconds */
  curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(job->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
  return status != 0 || first_byte > 0 || job->within_headers;
}

bool engine_is_headers_limit(const struct engine_job *job) {
  return job->result == CURLE_OUT_OF_MEMORY && !job->interrupted && has_begun_response(job);
}

/*
** Moves all jobs that curl has finished. Returns false if one failed for lack of memory, except
** within a response: one server's headers must not end the requests to others.
*/
static bool collect(struct engine *engine) {
  bool fine = true;
  CURLcode result;
  for (CURL *easy; (easy = multi_take(&engine->multi, &result)) != NULL;) {
    char *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    struct engine_job *job = (struct engine_job *)(void *)private;
    if (result == CURLE_OUT_OF_MEMORY && !has_begun_response(job)) fine = false;
    end_run(engine, job, result);
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
** Interrupts all running jobs and makes a new multi handle. After an allocation failure libcurl
** (7.88) may monitor neither a transfer's socket nor its timeout, so that the transfer never ends.
** It may divide by zero at the next use of a socket that it recorded only in part. Other transfers
** may wait forever for the protocol of a connection that was abandoned before its use.
*/
static void restart(struct engine *engine) {
  for (struct engine_job *job; (job = first_running(engine)) != NULL;) {
    multi_remove(&engine->multi, job->easy);
    job->interrupted = true;
    end_run(engine, job, CURLE_OUT_OF_MEMORY);
  }
  dispose_discarded(engine);
  multi_renew(&engine->multi);
}

/* Returns the seconds that an iteration may wait. */
static double waiting_time(struct engine *engine) {
  lock(engine);
  bool waits = engine->has_worker || engine->done.first == NULL;
  double wait = waits ? time_left(engine) : 0;
  unlock(engine);
  return wait;
}

/*
** Starts due jobs, lets curl act without events, and collects finished jobs. Returns false if curl
** failed.
*/
static bool run_due(struct engine *engine) {
  lock(engine);
  start_due(engine);
  unlock(engine);
  bool acted = multi_act_on_time(&engine->multi);
  return collect(engine) && acted;
}

/*
** Waits for events at most `seconds`, lets curl act, and collects finished jobs. Returns false if
** curl failed.
*/
static bool run_events(struct engine *engine, double seconds) {
  double wait = waiting_time(engine);
  bool acted = multi_act_on_events(&engine->multi, wait < seconds ? wait : seconds);
  return collect(engine) && acted;
}

/* One iteration, which waits at most `seconds`. */
static void run_once(struct engine *engine, double seconds) {
  if (!run_due(engine) || !run_events(engine, seconds)) restart(engine);
  dispose_discarded(engine);
  lock(engine);
  start_due(engine);
  unlock(engine);
}

/* Begins an iteration of the worker thread. Returns false if the thread must end. */
static bool continue_worker(struct engine *engine) {
  lock(engine);
  engine->worker_is_called = false;
  bool ends = engine->worker_ends;
  unlock(engine);
  return !ends;
}

/* The worker thread. */
static void run_worker(void *context) {
  struct engine *engine = context;
  while (continue_worker(engine)) run_once(engine, CLOCK_NEVER);
}

bool engine_start_worker(struct engine *engine) {
  if (engine->has_worker) return true;
  if (engine->wakeup.descriptor == SYSTEM_NO_SOCKET && !wakeup_open(&engine->wakeup)) return false;
  lock(engine); /* the thread must not run before has_worker is set */
  engine->has_worker = system_thread_start(&engine->worker, run_worker, engine);
  update_wakeup(engine);
  unlock(engine);
  return engine->has_worker;
}

system_socket engine_descriptor(struct engine *engine) {
  return engine_start_worker(engine) ? engine->wakeup.descriptor : SYSTEM_NO_SOCKET;
}

void engine_wake(struct engine *engine) {
  lock(engine);
  bool was_called = engine->is_called;
  engine->is_called = true;
  update_wakeup(engine);
  if (!was_called && engine->notifying) unix_wakeup_send(&engine->unix_wakeup);
  unlock(engine);
}

void engine_send_due(struct engine *engine) {
  if (engine->has_worker) return;
  if (!run_due(engine)) restart(engine);
  dispose_discarded(engine);
}

void engine_step(struct engine *engine, double seconds) {
  lock(engine);
  if (is_due(engine)) seconds = 0;
  engine->is_called = false;
  update_wakeup(engine);
  unlock(engine);
  if (!engine->has_worker)
    run_once(engine, seconds);
  else if (seconds > 0)
    wakeup_wait(&engine->wakeup, seconds);
}

const char *engine_notify_path(struct engine *engine) {
  lock(engine);
  const char *path = unix_wakeup_path(&engine->unix_wakeup);
  engine->notifying = false;
  unlock(engine);
  return path;
}

bool engine_notify_start(struct engine *engine) {
  lock(engine);
  engine->notifying = unix_wakeup_accept(&engine->unix_wakeup);
  if (engine->notifying && is_due(engine)) unix_wakeup_send(&engine->unix_wakeup);
  bool notifying = engine->notifying;
  unlock(engine);
  return notifying;
}

void engine_notify_stop(struct engine *engine) {
  lock(engine);
  engine->notifying = false;
  unlock(engine);
}
