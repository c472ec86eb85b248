/*
** engine.h: carries HTTP exchanges, never waits unless told how long. One curl multi handle behind one descriptor.
**
** A job is given by engine_submit, moves on in engine_step, and comes back by engine_take when it is done. The engine
** knows nothing of what a job means. Jobs are only linked, never owned: whoever submitted one must take or cancel it
** before its memory goes.
**
** One engine serves all clients of a Lua state, so that they share connections, names and TLS sessions.
*/
#ifndef HARNEST_ENGINE_H
#define HARNEST_ENGINE_H

#include <curl/curl.h>
#include <stdbool.h>

struct engine;

/* How many jobs may run at once for one client; the rest wait their turn in the order of their submission. */
struct engine_gate {
  unsigned running;
  unsigned maximum;
};

enum engine_job_state { ENGINE_IDLE, ENGINE_PENDING, ENGINE_RUNNING, ENGINE_DONE };

/* One exchange: set easy, gate and not_before, leave the rest to the engine. Zeroed memory is an idle job. */
struct engine_job {
  CURL *easy;
  struct engine_gate *gate;
  double not_before; /* clock_now() time before which it is not started */
  CURLcode result;   /* once done */
  enum engine_job_state state;
  struct engine_job *previous, *next;
};

/* Makes an engine, held once; NULL when the system or libcurl gives none. */
struct engine *engine_new(void);

/* Holds it once more; every hold needs its release. */
struct engine *engine_hold(struct engine *engine);

/* Gives up one hold; with the last one its connections are closed. NULL is allowed. */
void engine_release(struct engine *engine);

/* Whether the engine was made before a fork, by the parent process: it must not be used then. */
bool engine_is_inherited(const struct engine *engine);

/* An easy handle, fresh or as good as that; NULL without memory. Goes back by engine_return_easy. */
CURL *engine_borrow_easy(struct engine *engine);

void engine_return_easy(struct engine *engine, CURL *easy);

/* Queues an idle job. Nothing is sent before the next step. */
void engine_submit(struct engine *engine, struct engine_job *job);

/* Stops a job wherever it is; it is idle afterwards. */
void engine_cancel(struct engine *engine, struct engine_job *job);

/* A job that is done, now idle and the caller's again; NULL when there is none. */
struct engine_job *engine_take(struct engine *engine);

/* Whether it has jobs that are not taken. */
bool engine_is_busy(const struct engine *engine);

/* The descriptor to poll for reading; a step is due when it is readable or engine_timeout has passed. */
int engine_fd(const struct engine *engine);

/* Seconds until a step is due without anything to read; CLOCK_NEVER when only the descriptor matters. */
double engine_timeout(const struct engine *engine);

/* Waits no longer than `seconds` until something is ready, and does it. */
void engine_step(struct engine *engine, double seconds);

#endif
