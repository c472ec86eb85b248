/*
** engine.c: curl's multi handle, driven by curl_multi_socket_action; the calling thread steps it.
** What touches curl (start_due, act, collect) is kept apart from the queues, so that a thread of its own could do it.
*/
#include "engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "poller.h"

#define ENGINE_EVENTS 64
#define ENGINE_SPARE_EASIES 16
#define ENGINE_IDLE_CONNECTIONS 64L

struct job_list {
  struct engine_job *first, *last;
};

struct engine {
  CURLM *multi;
  int poller;
  double curl_due; /* when curl wants to be called, by its timer callback */
  struct job_list pending, running, done;
  CURL *spare[ENGINE_SPARE_EASIES];
  unsigned spares;
  unsigned holds;
  pid_t process;
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

/* libcurl's CURLMOPT_SOCKETFUNCTION: which events it wants of a socket. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned) {
  struct engine *engine = context;
  (void)easy;
  (void)assigned;
  unsigned events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= POLLER_READ;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= POLLER_WRITE;
  poller_watch(engine->poller, socket, events);
  return 0;
}

/* libcurl's CURLMOPT_TIMERFUNCTION: when it wants to be called without an event; -1 for never. */
static int on_timer(CURLM *multi, long milliseconds, void *context) {
  struct engine *engine = context;
  (void)multi;
  engine->curl_due = milliseconds < 0 ? CLOCK_NEVER : clock_now() + (double)milliseconds / 1000;
  return 0;
}

/* Gives the engine a new multi handle; NULL without memory, which libcurl's functions take for a mistake and do nothing. */
static void open_multi(struct engine *engine) {
  engine->curl_due = CLOCK_NEVER;
  engine->multi = curl_multi_init();
  curl_multi_setopt(engine->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(engine->multi, CURLMOPT_SOCKETDATA, engine);
  curl_multi_setopt(engine->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(engine->multi, CURLMOPT_TIMERDATA, engine);
  curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, ENGINE_IDLE_CONNECTIONS);
}

struct engine *engine_new(void) {
  pthread_once(&curl_ready, init_curl);
  struct engine *engine = calloc(1, sizeof *engine);
  if (engine == NULL) return NULL;
  engine->holds = 1;
  engine->process = getpid();
  engine->poller = poller_open();
  open_multi(engine);
  if (engine->poller < 0 || engine->multi == NULL) {
    engine_release(engine);
    return NULL;
  }
  return engine;
}

struct engine *engine_hold(struct engine *engine) {
  engine->holds++;
  return engine;
}

void engine_release(struct engine *engine) {
  if (engine == NULL || --engine->holds > 0) return;
  /* after a fork the connections are the parent's: cleaning up would say goodbye on them, so they are left alone */
  if (!engine_is_inherited(engine)) {
    for (unsigned i = 0; i < engine->spares; i++) curl_easy_cleanup(engine->spare[i]);
    if (engine->multi != NULL) curl_multi_cleanup(engine->multi);
  }
  poller_close(engine->poller);
  free(engine);
}

bool engine_is_inherited(const struct engine *engine) {
  return engine->process != getpid();
}

CURL *engine_borrow_easy(struct engine *engine) {
  return engine->spares > 0 ? engine->spare[--engine->spares] : curl_easy_init();
}

void engine_return_easy(struct engine *engine, CURL *easy) {
  if (easy == NULL || engine_is_inherited(engine)) return;
  if (engine->spares == ENGINE_SPARE_EASIES) {
    curl_easy_cleanup(easy);
    return;
  }
  curl_easy_reset(easy);
  engine->spare[engine->spares++] = easy;
}

void engine_submit(struct engine *engine, struct engine_job *job) {
  job->state = ENGINE_PENDING;
  list_append(&engine->pending, job);
}

/* Takes a running job out of curl and opens the gate for the next one. */
static void leave_curl(struct engine *engine, struct engine_job *job) {
  if (!engine_is_inherited(engine)) curl_multi_remove_handle(engine->multi, job->easy);
  list_remove(&engine->running, job);
  if (job->gate != NULL) job->gate->running--;
}

void engine_cancel(struct engine *engine, struct engine_job *job) {
  switch (job->state) {
    case ENGINE_IDLE: break;
    case ENGINE_PENDING: list_remove(&engine->pending, job); break;
    case ENGINE_RUNNING: leave_curl(engine, job); break;
    case ENGINE_DONE: list_remove(&engine->done, job); break;
  }
  job->state = ENGINE_IDLE;
}

struct engine_job *engine_take(struct engine *engine) {
  struct engine_job *job = engine->done.first;
  if (job == NULL) return NULL;
  list_remove(&engine->done, job);
  job->state = ENGINE_IDLE;
  return job;
}

bool engine_is_busy(const struct engine *engine) {
  return engine->pending.first != NULL || engine->running.first != NULL || engine->done.first != NULL;
}

int engine_fd(const struct engine *engine) {
  return engine->poller;
}

static bool gate_is_shut(const struct engine_job *job) {
  return job->gate != NULL && job->gate->running >= job->gate->maximum;
}

double engine_timeout(const struct engine *engine) {
  if (engine->done.first != NULL) return 0;
  double due = engine->curl_due;
  for (const struct engine_job *job = engine->pending.first; job != NULL; job = job->next)
    if (!gate_is_shut(job) && job->not_before < due) due = job->not_before;
  if (due >= CLOCK_NEVER) return CLOCK_NEVER;
  double wait = due - clock_now();
  return wait > 0 ? wait : 0;
}

static void finish(struct engine *engine, struct engine_job *job, CURLcode result) {
  job->result = result;
  job->state = ENGINE_DONE;
  list_append(&engine->done, job);
}

/* Gives curl the pending jobs whose time has come and whose gate is open. */
static void start_due(struct engine *engine) {
  double now = engine->pending.first != NULL ? clock_now() : 0;
  if (engine->multi == NULL) open_multi(engine);
  for (struct engine_job *job = engine->pending.first, *next; job != NULL; job = next) {
    next = job->next;
    if (job->not_before > now || gate_is_shut(job)) continue;
    list_remove(&engine->pending, job);
    curl_easy_setopt(job->easy, CURLOPT_PRIVATE, job);
    if (curl_multi_add_handle(engine->multi, job->easy) != CURLM_OK) {
      finish(engine, job, CURLE_OUT_OF_MEMORY);
      continue;
    }
    job->state = ENGINE_RUNNING;
    list_append(&engine->running, job);
    if (job->gate != NULL) job->gate->running++;
  }
}

/* Lets curl act on what is ready and on its timer; false when it could not, and may have lost track of transfers. */
static bool act(struct engine *engine, const struct poller_ready *ready, int count) {
  int running;
  bool fine = true;
  for (int i = 0; i < count; i++) {
    int mask = 0;
    if (ready[i].events & POLLER_READ) mask |= CURL_CSELECT_IN;
    if (ready[i].events & POLLER_WRITE) mask |= CURL_CSELECT_OUT;
    if (ready[i].events & POLLER_ERROR) mask |= CURL_CSELECT_ERR;
    if (curl_multi_socket_action(engine->multi, ready[i].fd, mask, &running) != CURLM_OK) fine = false;
  }
  if (engine->curl_due <= clock_now()) {
    engine->curl_due = CLOCK_NEVER;
    if (curl_multi_socket_action(engine->multi, CURL_SOCKET_TIMEOUT, 0, &running) != CURLM_OK) fine = false;
  }
  return fine;
}

/* Whether a transfer ended for lack of memory. Once a status has come that only tells of a head that is too large. */
static bool lacked_memory(const CURLMsg *message) {
  long status = 0;
  curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
  return message->data.result == CURLE_OUT_OF_MEMORY && status == 0;
}

/* Moves the jobs that curl has finished to the done list; false when memory was short. */
static bool collect(struct engine *engine) {
  int left;
  bool fine = true;
  for (CURLMsg *message; (message = curl_multi_info_read(engine->multi, &left)) != NULL;) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode result = message->data.result; /* the message goes with the handle */
    char *job = NULL;
    if (lacked_memory(message)) fine = false;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
    leave_curl(engine, (struct engine_job *)(void *)job);
    finish(engine, (struct engine_job *)(void *)job, result);
  }
  return fine;
}

/*
** Ends what runs, and begins with a new multi handle. Without memory libcurl (7.88) may watch neither a transfer's socket
** nor the time, so that it never ends; divide by zero at the next use of a socket that it noted by halves; and let others
** wait without end for what a connection turns out to be, one that was left before it was used.
*/
static void begin_anew(struct engine *engine) {
  for (struct engine_job *job; (job = engine->running.first) != NULL;) {
    leave_curl(engine, job);
    finish(engine, job, CURLE_OUT_OF_MEMORY);
  }
  curl_multi_cleanup(engine->multi);
  open_multi(engine);
}

void engine_step(struct engine *engine, double seconds) {
  struct poller_ready ready[ENGINE_EVENTS];
  start_due(engine);
  double timeout = engine_timeout(engine);
  if (timeout > seconds) timeout = seconds;
  int count = poller_wait(engine->poller, timeout, ready, ENGINE_EVENTS);
  bool acted = act(engine, ready, count);
  if (!collect(engine) || !acted) begin_anew(engine);
  start_due(engine);
}
