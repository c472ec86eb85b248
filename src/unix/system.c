/*
** system.c: the system by POSIX.1-2008, and dladdr, which every system has.
*/
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* for dladdr */
#endif
#include "system.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__) && !defined(SYSTEM_POSIX_ONLY)
#include <sys/random.h>
#endif

#include "base/clock.h"
#include "system_file.h"
#include "system_thread.h"

/* SYSTEM_POSIX_ONLY is for tests: the code that other systems than Linux run. */
#if defined(SOCK_CLOEXEC) && !defined(SYSTEM_POSIX_ONLY)
#define SYSTEM_CLOEXEC SOCK_CLOEXEC
#else
#define SYSTEM_CLOEXEC 0
#endif

#define SYSTEM_DRAINED_BYTES 64

static long process;       /* the process ID, if watches_forks */
static bool watches_forks; /* else getpid(), which is a system call each time */

static void set_process(void) {
  process = (long)getpid();
}

static void watch_forks(void) {
  set_process();
  watches_forks = pthread_atfork(NULL, NULL, set_process) == 0;
}

long system_process(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_forks);
  return watches_forks ? process : (long)getpid();
}

bool system_random(void *bytes, size_t size) {
#if defined(__linux__) && !defined(SYSTEM_POSIX_ONLY)
  /* a request of at most 256 bytes is never partly filled; old kernels may lack the call */
  if (size <= 256 && getrandom(bytes, size, 0) == (ssize_t)size) return true;
#endif
  int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  bool is_complete = read(file, bytes, size) == (ssize_t)size;
  close(file);
  return is_complete;
}

void system_set_environment(const char *name, const char *value) {
  if (value != NULL)
    setenv(name, value, 1);
  else
    unsetenv(name);
}

void system_stay_loaded(void) {
  Dl_info module;
  void (*own)(void) = system_stay_loaded;
  void *address;
  memcpy(&address, &own, sizeof address); /* C has no conversion; POSIX has */
  /* one more reference, which is never given back */
  if (dladdr(address, &module) != 0) dlopen(module.dli_fname, RTLD_LAZY);
}

void system_sleep(double seconds) {
  poll(NULL, 0, clock_milliseconds(seconds));
}

static void *run(void *context) {
  struct system_thread *thread = context;
  thread->run(thread->context);
  return NULL;
}

bool system_thread_start(struct system_thread *thread, void (*function)(void *context),
                         void *context) {
  sigset_t all, before;
  thread->run = function;
  thread->context = context;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); /* a thread inherits the mask of its creator */
  bool is_started = pthread_create(&thread->thread, NULL, run, thread) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return is_started;
}

void system_thread_join(struct system_thread *thread) {
  pthread_join(thread->thread, NULL);
}

/*
** Makes a socket one that child processes do not inherit. Where SOCK_CLOEXEC does that at once,
** this is not needed; here a process that another thread begins just before the call inherits it.
*/
static void close_on_exec(int socket) {
  if (socket >= 0) fcntl(socket, F_SETFD, FD_CLOEXEC);
}

system_socket system_socket_open(int family, int type, int protocol) {
  int opened = socket(family, type | SYSTEM_CLOEXEC, protocol);
  if (SYSTEM_CLOEXEC == 0) close_on_exec(opened);
  return opened;
}

void system_socket_close(system_socket closed) {
  if (closed >= 0) close((int)closed);
}

/* Opens a pipe with the flags of system_pipe_open. */
static bool open_pipe(int ends[2]) {
#if defined(__linux__) && !defined(SYSTEM_POSIX_ONLY)
  return pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0;
#else
  if (pipe(ends) != 0) return false;
  for (int i = 0; i < 2; i++) {
    close_on_exec(ends[i]);
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
  return true;
#endif
}

bool system_pipe_open(system_socket ends[2]) {
  int opened[2] = {-1, -1};
  bool is_open = open_pipe(opened);
  ends[0] = opened[0];
  ends[1] = opened[1];
  return is_open;
}

void system_pipe_write_byte(system_socket end) {
  ssize_t written = write((int)end, "", 1);
  (void)written; /* fails if the buffer is full, and then the other end is readable */
}

void system_pipe_drain(system_socket end) {
  char bytes[SYSTEM_DRAINED_BYTES];
  while (read((int)end, bytes, sizeof bytes) == (ssize_t)sizeof bytes) continue;
}

void system_pipe_wait(system_socket end, double seconds) {
  struct pollfd watched = {.fd = (int)end, .events = POLLIN};
  poll(&watched, 1, clock_milliseconds(seconds));
}

bool system_lacks_sockets(void) {
  system_socket opened = system_socket_open(AF_UNIX, SOCK_STREAM, 0);
  if (opened < 0) return errno == EMFILE || errno == ENFILE;
  system_socket_close(opened);
  return false;
}

bool system_is_loopback(const char *address) {
  struct in6_addr found;
  if (inet_pton(AF_INET, address, &found) == 1) return found.s6_addr[0] == 127;
  return inet_pton(AF_INET6, address, &found) == 1 &&
         memcmp(&found, &in6addr_loopback, sizeof found) == 0;
}

bool system_is_regular(const char *path) {
  struct stat found;
  return stat(path, &found) != 0 || S_ISREG(found.st_mode);
}

bool system_make_parents(const char *path) {
  char *copy = strdup(path);
  bool fine = copy != NULL;
  for (char *at = copy; fine && (at = strchr(at + 1, '/')) != NULL; *at = '/') {
    *at = '\0';
    fine = mkdir(copy, 0777) == 0 || errno == EEXIST;
  }
  free(copy);
  return fine;
}

bool system_sync(FILE *file) {
  return fsync(fileno(file)) == 0;
}

bool system_replace_file(const char *from, const char *to) {
  return rename(from, to) == 0;
}
