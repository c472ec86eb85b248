/*
** engine.h: runs HTTP transfers on one curl multi handle, behind one file descriptor. No call waits
** longer than its `seconds`, except engine_release, which joins the worker thread.
**
** The caller submits a job by engine_submit, advances it by engine_step, and gets it back by
** engine_take when it is done. The engine does not own jobs; the submitter must take or discard
** each one.
**
** At first the work is done by the calls of engine_step. After engine_start_worker a worker thread
** does it, and a step only waits for finished jobs. So libcurl's slow handshakes and look-ups block
** no caller. Only the thread that made the engine may call these functions, unless a comment says
** otherwise.
**
** This header does not include libcurl's, because most callers do not call libcurl.
**
** One engine serves all clients of a Lua state, so they share connections, DNS results and TLS
** sessions.
*/
#ifndef HARNEST_ENGINE_H
#define HARNEST_ENGINE_H

#include <stdbool.h>

#include "net/goaway.h"
#include "system.h"

struct engine;

/*
** The limit of concurrent jobs of one client. The other jobs wait in the order of their submission.
*/
struct connection_limit {
  unsigned running;
  unsigned maximum;
};

/* ENGINE_DISCARDED: the job was discarded, but libcurl still uses its easy handle. */
enum engine_job_state {
  ENGINE_IDLE,
  ENGINE_PENDING,
  ENGINE_RUNNING,
  ENGINE_DONE,
  ENGINE_DISCARDED
};

/*
** One transfer, or a timer if `easy` is NULL. The submitter sets `easy`, `limit`, the times and
** `dispose`, and its callbacks set `within_headers`; the rest is the engine's. Zeroed memory is an
** idle job. While it runs, the worker thread may call the callbacks of `easy`.
**
** A timer never runs. It is done with the result CURLE_OPERATION_TIMEDOUT at the time `not_after`;
** `limit`, `not_before` and `timeout` have no effect. Discarding it disposes of it at once.
*/
struct engine_job {
  void *easy; /* a CURL *, which is void *; NULL for a timer */
  struct connection_limit *limit;
  double not_before; /* clock_now() time before which it does not start */
  double not_after;  /* clock_now() time of its timeout, started or not; CLOCK_NEVER for none */
  double timeout;    /* maximum seconds that it runs; CLOCK_NEVER for no limit */
  /* frees a discarded job when libcurl no longer uses it; called on any thread */
  void (*dispose)(struct engine_job *job);
  bool within_headers; /* response headers, also those of a proxy, have begun and not ended */
  int result;          /* a CURLcode, valid in state ENGINE_DONE and after engine_take */
  bool interrupted;    /* the engine ended it, because libcurl lacked memory for some transfer */
  enum engine_job_state state;
  struct engine_job *previous, *next;
};

/* Makes an engine with one reference. Returns NULL if the system or libcurl lacks resources. */
struct engine *engine_new(void);

/* Adds a reference. Caller gives it up by engine_release. */
struct engine *engine_hold(struct engine *engine);

/*
** Gives up one reference. The last one ends the worker thread and closes the connections. `engine`
** may be NULL.
*/
void engine_release(struct engine *engine);

/* Whether a parent process made the engine before a fork. If so it must not be used. */
bool engine_is_inherited(const struct engine *engine);

/*
** Starts the worker thread. Idempotent. Returns false and changes nothing if the system lacks
** resources.
*/
bool engine_start_worker(struct engine *engine);

/* Returns the GOAWAYs of the engine's connections. Only for callbacks of libcurl. */
struct goaways *engine_goaways(struct engine *engine);

/*
** Returns an easy handle with default options; NULL on out of memory. Caller gives it back by
** engine_return_easy.
*/
void *engine_borrow_easy(struct engine *engine);

/* Gives an easy handle back. `easy` may be NULL. Any thread. */
void engine_return_easy(struct engine *engine, void *easy);

/*
** Whether a finished transfer failed with CURLE_OUT_OF_MEMORY within the response headers. libcurl
** (7.88) reports that for a status line or field that is longer than it accepts. A real lack of
** memory there looks the same, but leaves other transfers intact.
*/
bool engine_is_headers_limit(const struct engine_job *job);

/* Queues an idle job. Without a worker thread nothing is sent before the next step. */
void engine_submit(struct engine *engine, struct engine_job *job);

/*
** Stops a job in any state and has it disposed of: at once, or by the worker thread when libcurl no
** longer uses its easy handle. Afterwards the caller must not use the job. Only `dispose` may free
** what its callbacks use. The engine does not use `limit` any more.
*/
void engine_discard(struct engine *engine, struct engine_job *job);

/* Returns a finished job, which is then idle and the caller's; NULL if there is none. */
struct engine_job *engine_take(struct engine *engine);

/* Whether jobs are neither taken nor discarded. False for an inherited engine. */
bool engine_is_busy(struct engine *engine);

/*
** Starts the worker thread and returns the descriptor to poll for reading: call engine_step when it
** is readable. It is the same during the engine's lifetime. Returns SYSTEM_NO_SOCKET if the system
** lacks resources.
*/
system_socket engine_descriptor(struct engine *engine);

/*
** Whether engine_step has something to do now. Without a worker thread that is so while a job is
** neither taken nor discarded.
*/
bool engine_step_is_due(struct engine *engine);

/*
** Makes the descriptor readable until the next step, which does not wait. Call it when a call ended
** outside of a step, so that the code that polls the descriptor looks at the calls.
*/
void engine_wake(struct engine *engine);

/*
** Starts the jobs that are due and lets libcurl send them, without a look at the sockets. With a
** worker thread, which does that, it does nothing.
*/
void engine_send_due(struct engine *engine);

/* Waits at most `seconds` for an event and handles it. */
void engine_step(struct engine *engine, double seconds);

/*
** For a host that cannot poll a descriptor: returns the path of a unix socket to connect to, which
** exists until engine_notify_start. If such a connection is still open, returns the path that it
** was made by. Returns NULL if the system lacks resources. The engine owns the text.
*/
const char *engine_notify_path(struct engine *engine);

/*
** Accepts the connection to engine_notify_path's path. From then on the engine sends one byte over
** it whenever a first job becomes ready to take, and for engine_wake. Needs the worker thread.
** Returns false without a connection.
*/
bool engine_notify_start(struct engine *engine);

/*
** Sends no more bytes until the next engine_notify_start. The host may keep or close the
** connection.
*/
void engine_notify_stop(struct engine *engine);

#endif
