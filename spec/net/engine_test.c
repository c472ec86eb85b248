/*
** engine_test.c: the engine, stepped and with its worker thread, with a server in a child process
** that responds at once, or never below /stall.
*/
#include "net/engine.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "base/clock.h"
#include "unix_wakeup.h"

#define JOBS 30
#define MANY 50
#define CONNECTIONS 1024
#define PATIENCE 10 /* seconds */

/* ---------------------------------------------------------------------------- the server */

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

static void serve_one(struct pollfd *client) {
  char request[4096];
  ssize_t length = read(client->fd, request, sizeof request);
  if (length <= 0) {
    close(client->fd);
    client->fd = -1;
  } else if (strncmp(request, "GET /stall", 10) != 0) {
    send(client->fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
  }
}

/* Serves until the process `parent` ends, even if that crashes. */
static void serve(int listener, pid_t parent) {
  struct pollfd watched[CONNECTIONS] = {{.fd = listener, .events = POLLIN}};
  nfds_t count = 1;
  while (getppid() == parent) {
    poll(watched, count, 1000);
    for (nfds_t i = 1; i < count; i++)
      if (watched[i].fd >= 0 && watched[i].revents != 0) serve_one(&watched[i]);
    if ((watched[0].revents & POLLIN) != 0 && count < CONNECTIONS)
      watched[count++] = (struct pollfd){.fd = accept(listener, NULL, NULL), .events = POLLIN};
  }
  _exit(0);
}

static pid_t server;
static int port;

static void start_server(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  bool listens = bind(listener, (struct sockaddr *)&address, length) == 0 &&
                 listen(listener, CONNECTIONS) == 0 &&
                 getsockname(listener, (struct sockaddr *)&address, &length) == 0;
  if (!listens) abort();
  port = ntohs(address.sin_port);
  pid_t parent = getpid();
  server = fork();
  if (server == 0) serve(listener, parent);
  close(listener);
}

/* ---------------------------------------------------------------------------- jobs */

struct exchange {
  struct engine_job job; /* first, so that the engine's pointer is this one */
  struct engine *engine;
};

static atomic_int disposed;

static size_t ignore(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

static void dispose(struct engine_job *job) {
  struct exchange *exchange = (struct exchange *)(void *)job;
  engine_return_easy(exchange->engine, job->easy);
  free(exchange);
  disposed++;
}

static struct engine_job *make(struct engine *engine, const char *path) {
  char url[64];
  struct exchange *exchange = calloc(1, sizeof *exchange);
  if (exchange == NULL) abort();
  snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
  exchange->engine = engine;
  exchange->job.easy = engine_borrow_easy(engine);
  exchange->job.dispose = dispose;
  exchange->job.not_after = exchange->job.timeout = CLOCK_NEVER;
  curl_easy_setopt(exchange->job.easy, CURLOPT_URL, url);
  curl_easy_setopt(exchange->job.easy, CURLOPT_PROXY, "");
  curl_easy_setopt(exchange->job.easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(exchange->job.easy, CURLOPT_WRITEFUNCTION, ignore);
  return &exchange->job;
}

static struct engine_job *submit(struct engine *engine, const char *path) {
  struct engine_job *job = make(engine, path);
  engine_submit(engine, job);
  return job;
}

/* Steps until a job is done, and takes it. */
static struct engine_job *take_one(struct engine *engine) {
  struct engine_job *job = NULL;
  for (double end = clock_now() + PATIENCE; job == NULL && clock_now() < end;) {
    engine_step(engine, 0.1);
    job = engine_take(engine);
  }
  return job;
}

/* Steps for this many seconds without taking jobs. */
static void step_for(struct engine *engine, double seconds) {
  for (double end = clock_now() + seconds; clock_now() < end; usleep(1000)) engine_step(engine, 0);
}

static bool is_readable(int fd) {
  struct pollfd watched = {.fd = fd, .events = POLLIN};
  return poll(&watched, 1, 0) == 1;
}

/* -------------------------------------------------------------------- stepped and with a worker */

static void test_carrying(struct engine *engine, const char *mode) {
  char name[64];
  struct connection_limit limit = {.maximum = 4};
  for (int i = 0; i < JOBS; i++) {
    struct engine_job *job = make(engine, "/");
    job->limit = &limit;
    engine_submit(engine, job);
  }
  check(engine_is_busy(engine), "an engine with jobs is busy");
  for (int i = 0; i < JOBS; i++) {
    struct engine_job *job = take_one(engine);
    snprintf(name, sizeof name, "%s: carries job %d", mode, i);
    check(job != NULL && job->result == CURLE_OK, name);
    if (job != NULL) engine_discard(engine, job);
  }
  check(!engine_is_busy(engine), "an engine without jobs is idle");
  check(limit.running == 0, "the connection limit is free again");
}

static void test_waiting(struct engine *engine) {
  double start = clock_now();
  struct engine_job *job = make(engine, "/");
  job->not_before = start + 0.1;
  engine_submit(engine, job);
  job = take_one(engine);
  check(job != NULL && clock_now() - start >= 0.1, "a job does not start before its time");
  if (job != NULL) engine_discard(engine, job);
}

static void test_times(struct engine *engine) {
  struct connection_limit shut = {.maximum = 0}, open = {.maximum = 1};
  for (int i = 0; i < 2; i++) {
    struct engine_job *job = make(engine, "/stall");
    job->limit = i == 0 ? &shut : &open;
    job->not_after = clock_now() + 0.1;
    engine_submit(engine, job);
    job = take_one(engine);
    check(job != NULL && job->result == CURLE_OPERATION_TIMEDOUT,
          "a job past its deadline ends, started or not");
    if (job != NULL) engine_discard(engine, job);
  }
  struct engine_job *job = make(engine, "/stall");
  job->timeout = 0.1;
  engine_submit(engine, job);
  job = take_one(engine);
  check(job != NULL && job->result == CURLE_OPERATION_TIMEDOUT, "a job past its timeout ends");
  check(shut.running == 0 && open.running == 0, "the connection limits are free again");
  if (job != NULL) engine_discard(engine, job);
}

static void dispose_timer(struct engine_job *job) {
  (void)job;
  disposed++;
}

static struct engine_job make_timer(double seconds) {
  return (struct engine_job){.not_after = clock_now() + seconds, .dispose = dispose_timer};
}

static void test_timer(struct engine *engine) {
  struct connection_limit open = {.maximum = 1};
  int before = disposed;
  double start = clock_now();
  struct engine_job timer = make_timer(0.1);
  timer.limit = &open;
  engine_submit(engine, &timer);
  check(engine_is_busy(engine), "a timer keeps the engine busy");
  struct engine_job *job = take_one(engine);
  check(job == &timer && job->result == CURLE_OPERATION_TIMEDOUT && clock_now() - start >= 0.1,
        "a timer is done at its time");
  check(open.running == 0 && !engine_is_busy(engine), "a timer does not count towards a limit");
  engine_discard(engine, &timer);
  check(disposed == before + 1, "a timer that was taken is disposed of at once");

  timer = make_timer(-1);
  engine_submit(engine, &timer);
  check(take_one(engine) == &timer, "a timer of a time in the past is done in the next step");

  timer = make_timer(1000);
  engine_submit(engine, &timer);
  step_for(engine, 0.02);
  check(engine_take(engine) == NULL, "a timer is not done before its time");
  engine_discard(engine, &timer);
  check(disposed == before + 2 && !engine_is_busy(engine),
        "a pending timer is disposed of at once");

  timer = make_timer(0.01);
  engine_submit(engine, &timer);
  step_for(engine, 0.1);
  engine_discard(engine, &timer);
  check(disposed == before + 3 && engine_take(engine) == NULL,
        "a finished timer is disposed of at once, and is not taken");

  timer = make_timer(0.05);
  engine_submit(engine, &timer);
  job = submit(engine, "/");
  check(take_one(engine) == job && job->result == CURLE_OK, "a transfer runs beside a timer");
  engine_discard(engine, job);
  check(take_one(engine) == &timer, "a timer is done after a transfer");
}

static void test_discarding(struct engine *engine) {
  int before = disposed;
  engine_discard(engine, make(engine, "/"));
  check(disposed == before + 1, "discarding an unsubmitted job disposes of it at once");
  struct engine_job *late = make(engine, "/");
  late->not_before = CLOCK_NEVER;
  engine_submit(engine, late);
  engine_discard(engine, late);
  check(disposed == before + 2, "discarding a waiting job disposes of it");
  struct engine_job *done = submit(engine, "/");
  step_for(engine, 0.3);
  engine_discard(engine, done);
  check(disposed == before + 3 && engine_take(engine) == NULL,
        "discarding a finished job disposes of it, and it is not taken");
  struct engine_job *stalled = submit(engine, "/stall");
  step_for(engine, 0.1);
  engine_discard(engine, stalled);
  for (double end = clock_now() + PATIENCE; disposed < before + 4 && clock_now() < end;)
    step_for(engine, 0.01);
  check(disposed == before + 4 && !engine_is_busy(engine),
        "a discarded running job is disposed of when curl has released it");
  for (int i = 0; i < 200; i++) engine_discard(engine, submit(engine, i % 2 == 0 ? "/" : "/stall"));
  for (double end = clock_now() + PATIENCE; disposed < before + 204 && clock_now() < end;)
    step_for(engine, 0.01);
  check(disposed == before + 204, "each of many discarded jobs is disposed of in any state");
}

/* Takes this many jobs, which must have been carried out. */
static void take_fine(struct engine *engine, int count, const char *name) {
  for (int i = 0; i < count; i++) {
    struct engine_job *job = take_one(engine);
    check(job != NULL && job->result == CURLE_OK, name);
    if (job != NULL) engine_discard(engine, job);
  }
}

/* More and fewer sockets in turn: the multi handle polls many in another way than few. */
static void test_many(struct engine *engine) {
  struct engine_job *stalled[MANY];
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < MANY; i++) stalled[i] = submit(engine, "/stall");
    step_for(engine, 0.05);
    for (int i = 0; i < JOBS; i++) submit(engine, "/");
    take_fine(engine, JOBS, "jobs are carried out beside many that stall");
    for (int i = 2; i < MANY; i++) engine_discard(engine, stalled[i]);
    for (int i = 0; i < JOBS; i++) {
      submit(engine, "/");
      take_fine(engine, 1, "a job is carried out after many were discarded");
    }
    for (int i = 0; i < 2; i++) engine_discard(engine, stalled[i]);
    for (int i = 0; i < MANY; i++) submit(engine, "/");
    take_fine(engine, MANY, "many jobs are carried out at once");
  }
  check(!engine_is_busy(engine), "no job is left");
}

/* Polls and steps like an event loop until a job is done; counts the steps. */
static struct engine_job *poll_one(struct engine *engine, int *steps) {
  struct engine_job *job = NULL;
  struct pollfd watched = {.fd = (int)engine_descriptor(engine), .events = POLLIN};
  for (*steps = 0; job == NULL && *steps < 1000; ++*steps) {
    poll(&watched, 1, engine_step_is_due(engine) ? 0 : -1);
    engine_step(engine, 0);
    job = engine_take(engine);
  }
  return job;
}

static void test_descriptor(struct engine *engine) {
  int steps;
  struct engine_job *job = submit(engine, "/");
  check(poll_one(engine, &steps) == job, "polling the descriptor shows when to step");
  check(steps < 50, "polling causes few needless steps");
  check(!is_readable((int)engine_descriptor(engine)),
        "the descriptor is not readable when all jobs are taken");
  engine_discard(engine, job);
  struct engine_job timer = make_timer(0.05);
  engine_submit(engine, &timer);
  check(poll_one(engine, &steps) == &timer && steps < 50,
        "polling the descriptor shows when a timer is done");
}

/*
** libcurl (7.88) reports a request that exceeds its limit as out of memory, before anything is
** sent.
*/
static void test_out_of_memory(struct engine *engine) {
  static char url[1100 * 1000];
  struct connection_limit limit = {.maximum = 2};
  struct engine_job *stalled = make(engine, "/stall"), *large = make(engine, "/");
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
  size_t length = strlen(url);
  memset(url + length, 'x', sizeof url - length - 1);
  curl_easy_setopt(large->easy, CURLOPT_URL, url);
  stalled->limit = large->limit = &limit;
  engine_submit(engine, stalled);
  step_for(engine, 0.1);
  engine_submit(engine, large);
  for (int i = 0; i < 2; i++) {
    struct engine_job *job = take_one(engine);
    check(job != NULL && job->result == CURLE_OUT_OF_MEMORY && !engine_is_headers_limit(job),
          "out of memory before a response ends all running jobs");
    check(job == stalled || job == large, "each job is taken once");
    if (job != NULL) check(job->interrupted == (job == stalled), "only the others are interrupted");
  }
  engine_submit(engine, stalled);
  step_for(engine, 0.02);
  check(!stalled->interrupted, "a job that is submitted again is not interrupted");
  engine_discard(engine, stalled);
  engine_discard(engine, large);
  check(limit.running == 0, "the connection limit is free after out of memory");
}

static void test_release(struct engine *engine, const char *mode) {
  char name[64];
  int before = disposed;
  struct engine_job *jobs[5];
  for (int i = 0; i < 5; i++) jobs[i] = submit(engine, "/stall");
  step_for(engine, 0.05);
  for (int i = 0; i < 5; i++) engine_discard(engine, jobs[i]);
  engine_release(engine);
  snprintf(name, sizeof name, "%s: freeing the engine disposes of discarded jobs", mode);
  check(disposed == before + 5, name);
}

/* ---------------------------------------------------------------------------- notification */

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

/* Waits for a byte and reads all available ones; returns their number. */
static int read_bytes(int fd) {
  char bytes[64];
  struct pollfd watched = {.fd = fd, .events = POLLIN};
  if (poll(&watched, 1, 300) != 1) return 0;
  return (int)read(fd, bytes, sizeof bytes);
}

static void discard_taken(struct engine *engine) {
  for (struct engine_job *job; (job = engine_take(engine)) != NULL;) engine_discard(engine, job);
}

static void test_line(struct engine *engine) {
  check(!engine_notify_start(engine), "notification does not start before a connection");
  char path[UNIX_WAKEUP_PATH_SIZE];
  snprintf(path, sizeof path, "%s", engine_notify_path(engine));
  check(access(path, F_OK) == 0, "the path is a socket");
  int host = connect_to(path);
  check(host >= 0 && engine_notify_start(engine), "notification starts after a connection");
  check(access(path, F_OK) != 0, "the socket file is removed");
  for (int i = 0; i < 5; i++) submit(engine, "/");
  step_for(engine, 0.3);
  check(read_bytes(host) == 1, "many finished jobs send one byte until they are taken");
  discard_taken(engine);
  submit(engine, "/");
  check(read_bytes(host) == 1, "the next finished job sends another byte");
  discard_taken(engine);
  check(strcmp(engine_notify_path(engine), path) == 0, "an open connection keeps its path");
  submit(engine, "/");
  step_for(engine, 0.3);
  check(read_bytes(host) == 0, "without notification no byte is sent");
  check(engine_notify_start(engine) && read_bytes(host) == 1,
        "starting notification sends a byte for finished jobs");
  discard_taken(engine);
  engine_wake(engine);
  engine_wake(engine);
  check(read_bytes(host) == 1, "engine_wake sends a byte, once before a step");
  engine_step(engine, 0);
  engine_notify_stop(engine);
  engine_wake(engine);
  check(read_bytes(host) == 0, "after engine_notify_stop it sends no byte");
  check(engine_notify_start(engine) && read_bytes(host) == 1,
        "starting notification sends a byte for a wake that no step followed");
  engine_step(engine, 0);
  close(host);
  const char *other = engine_notify_path(engine);
  check(strcmp(other, path) != 0 && access(other, F_OK) == 0,
        "a closed connection gets another path");
}

/* engine_wake before and after the descriptor is asked for, with nothing else to do. */
static void test_wake(void) {
  struct engine *engine = engine_new();
  check(!engine_step_is_due(engine), "no step of an idle engine is due");
  engine_wake(engine);
  check(engine_step_is_due(engine), "a step is due after engine_wake");
  engine_step(engine, CLOCK_NEVER);
  check(!engine_step_is_due(engine), "the next step does not wait and ends the wake");
  engine_wake(engine);
  int fd = (int)engine_descriptor(engine);
  check(is_readable(fd), "the descriptor is readable if engine_wake came before it");
  engine_step(engine, CLOCK_NEVER);
  check(!is_readable(fd), "the next step does not wait and makes it not readable");
  engine_wake(engine);
  check(is_readable(fd), "engine_wake makes the descriptor readable");
  engine_step(engine, 0);
  check(!is_readable(fd), "the step after it makes it not readable");
  engine_release(engine);
}

void engine_test(void) {
  start_server();
  test_wake();
  struct engine *inlined = engine_new(), *helped = engine_new();
  system_socket descriptor = engine_descriptor(helped);
  check(engine_start_worker(helped) && engine_start_worker(helped),
        "a worker can be started, repeatedly");
  check(engine_descriptor(helped) == descriptor, "the descriptor stays the same");
  test_carrying(inlined, "stepped");
  test_carrying(helped, "helper");
  test_waiting(inlined);
  test_waiting(helped);
  test_times(inlined);
  test_times(helped);
  test_timer(inlined);
  test_timer(helped);
  test_discarding(inlined);
  test_discarding(helped);
  test_many(inlined);
  test_many(helped);
  test_out_of_memory(inlined);
  test_out_of_memory(helped);
  test_descriptor(helped);
  test_line(helped);
  struct engine *late = engine_new();
  submit(late, "/");
  step_for(late, 0.01);
  check(engine_start_worker(late), "a worker takes over pending jobs");
  struct engine_job *job = take_one(late);
  check(job != NULL && job->result == CURLE_OK, "the worker finishes them");
  if (job != NULL) engine_discard(late, job);
  engine_release(late);
  test_descriptor(inlined); /* which starts its worker */
  test_release(inlined, "stepped");
  test_release(helped, "helper");
  kill(server, SIGKILL);
}
