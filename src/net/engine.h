/*
** engine.h: carries HTTP exchanges, by one curl multi handle, behind one descriptor. It waits no longer than it is told,
** but for engine_release, which lets the thread end its turn.
**
** A job is given by engine_submit, moves on in engine_step, and comes back by engine_take when it is done. The engine
** knows nothing of what a job means. Jobs are only linked, never owned: whoever submitted one must take or discard it.
**
** At first whoever steps the engine does the work. From engine_start_worker on a thread of the engine's own does it, and
** a step only waits for what is done: libcurl's handshakes and look-ups, some of which take long, then hold nobody up.
** All functions are for the one thread that made the engine all the same.
**
** One engine serves all clients of a Lua state, so that they share connections, names and TLS sessions.
*/
#ifndef HARNEST_ENGINE_H
#define HARNEST_ENGINE_H

#include <curl/curl.h>
#include <stdbool.h>

struct engine;

/* How many jobs may run at once for one client; the rest wait their turn in the order of their submission. */
struct connection_limit {
  unsigned running;
  unsigned maximum;
};

/* Doomed: discarded, but libcurl has not let go of it yet. */
enum engine_job_state {
  ENGINE_IDLE,
  ENGINE_PENDING,
  ENGINE_RUNNING,
  ENGINE_DONE,
  ENGINE_DISCARDED
};

/*
** One exchange: set easy, limit, the times and dispose, leave the rest to the engine. Zeroed memory is an idle job. While
** it runs its callbacks may be called by the engine's thread.
*/
struct engine_job {
  CURL *easy;
  struct connection_limit *limit;
  double not_before; /* clock_now() time before which it is not started */
  double not_after;  /* and at which it has timed out, started or not; CLOCK_NEVER for none */
  double timeout;    /* seconds that it may run; CLOCK_NEVER for no limit */
  void (*dispose)(
      struct engine_job
          *job);   /* frees a job that was discarded; libcurl is done with it. On any thread. */
  CURLcode result; /* once done */
  enum engine_job_state state;
  struct engine_job *previous, *next;
};

/* Makes an engine, held once; NULL when the system or libcurl gives none. */
struct engine *engine_new(void);

/* Holds it once more; every hold needs its release. */
struct engine *engine_hold(struct engine *engine);

/* Gives up one hold; with the last one its thread ends and its connections are closed. NULL is allowed. */
void engine_release(struct engine *engine);

/* Whether the engine was made before a fork, by the parent process: it must not be used then. */
bool engine_is_inherited(const struct engine *engine);

/* Has a thread of its own do the work from now on. Again is harmless. False, and as before, when the system gives none. */
bool engine_start_worker(struct engine *engine);

/* An easy handle, fresh or as good as that; NULL without memory. Goes back by engine_return_easy. */
CURL *engine_borrow_easy(struct engine *engine);

/* Takes an easy handle back. NULL is allowed. On any thread. */
void engine_return_easy(struct engine *engine, CURL *easy);

/* Queues an idle job. Without a thread nothing is sent before the next step. */
void engine_submit(struct engine *engine, struct engine_job *job);

/*
** Stops a job wherever it is, and has it disposed of: at once, or by the engine's thread when libcurl has let go of it.
** The job must not be touched afterwards, nor what its callbacks need be freed but by dispose; its limit is left alone.
*/
void engine_discard(struct engine *engine, struct engine_job *job);

/* A job that is done, now idle and the caller's again; NULL when there is none. */
struct engine_job *engine_take(struct engine *engine);

/* Whether it has jobs that are not taken; an inherited one has none. */
bool engine_is_busy(struct engine *engine);

/*
** The descriptor to poll for reading; a step is due when it is readable or engine_timeout has passed. It is the same as
** long as the engine is. -1 when the system gives none.
*/
int engine_fd(struct engine *engine);

/* Seconds until a step is due without anything to read; CLOCK_NEVER when only the descriptor matters. */
double engine_timeout(struct engine *engine);

/* Waits no longer than `seconds` until something is ready, and does it. */
void engine_step(struct engine *engine, double seconds);

/*
** For a host that cannot poll a descriptor: the path of a unix socket to connect to, which is there until engine_notify_start;
** or the path of a connection that was made so, and still stands. NULL when the system gives none.
*/
const char *engine_notify_path(struct engine *engine);

/*
** Takes the connection that was made to engine_notify_path's path, and sends a byte over it whenever there is something to take,
** once until it is taken. There must be a thread. False without a connection.
*/
bool engine_notify_start(struct engine *engine);

/* Sends no more bytes until the next engine_notify_start: the connection may be kept, or closed. */
void engine_notify_stop(struct engine *engine);

/* Sends a byte now, if it is notifying to. */
void engine_notify_send(struct engine *engine);

#endif
