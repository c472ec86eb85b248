/*
** multi.c: curl's multi handle, driven by curl_multi_socket_action: an event costs the transfers of
** its socket alone, while curl_multi_perform looks at all transfers. A second handle without
** transfers polls the sockets, which is portable, and another thread can wake it.
*/
#include "net/multi.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "socket_set.h"

#define MULTI_IDLE_CONNECTIONS 64L
#define MULTI_SOCKETS_OF_TRANSFER 4 /* that are reserved for each transfer that is added */
#define MULTI_PAUSE 0.01            /* seconds before the next attempt if curl cannot wait */
#define MULTI_MANY 10               /* sockets from which a set is faster than curl_multi_poll */
#define MULTI_FEW 4                 /* sockets from which it is slower */

/* Makes room for more sockets. Returns false on out of memory. */
static bool reserve(struct multi *multi, size_t count) {
  if (count <= multi->capacity) return true;
  size_t capacity = count + multi->capacity;
  struct curl_waitfd *polled = realloc(multi->polled, capacity * sizeof *polled);
  if (polled != NULL) multi->polled = polled;
  struct curl_waitfd *ready = realloc(multi->ready, capacity * sizeof *ready);
  if (ready != NULL) multi->ready = ready;
  if (polled == NULL || ready == NULL) return false;
  multi->capacity = capacity;
  return true;
}

/*
** What curl keeps for a socket: its place in `polled`, from 1 on, as a pointer; NULL if it has
** none.
*/
static void assign(struct multi *multi, size_t place) {
  void *pointer = (void *)(uintptr_t)place; /* NOLINT(performance-no-int-to-ptr) */
  curl_multi_assign(multi->handle, multi->polled[place - 1].fd, pointer);
}

static void close_set(struct multi *multi) {
  system_socket_close(multi->set);
  multi->set = SYSTEM_NO_SOCKET;
}

/* Adds a socket to the set if there is one, or sets its events there. */
static void watch(struct multi *multi, const struct curl_waitfd *watched) {
  if (multi->set != SYSTEM_NO_SOCKET && !socket_set_watch(multi->set, watched)) close_set(multi);
}

/* Puts the sockets into a set. */
static void open_set(struct multi *multi) {
  multi->set = socket_set_open();
  for (size_t i = 0; i < multi->count; i++) watch(multi, &multi->polled[i]);
}

/* Stops polling the socket at a place, which the last one gets. */
static void unwatch(struct multi *multi, size_t place) {
  if (multi->set != SYSTEM_NO_SOCKET) socket_set_unwatch(multi->set, multi->polled[place - 1].fd);
  curl_multi_assign(multi->handle, multi->polled[place - 1].fd, NULL);
  multi->polled[place - 1] = multi->polled[--multi->count];
  if (place <= multi->count) assign(multi, place);
}

/* CURLMOPT_SOCKETFUNCTION: sets which events of a socket are polled. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned) {
  struct multi *multi = context;
  size_t place = (size_t)(uintptr_t)assigned;
  (void)easy;
  if (what == CURL_POLL_REMOVE) {
    if (place > 0) unwatch(multi, place);
    return 0;
  }
  if (place == 0) {
    if (!reserve(multi, multi->count + 1)) return -1;
    place = ++multi->count;
    multi->polled[place - 1] = (struct curl_waitfd){.fd = socket};
    assign(multi, place);
  }
  bool reads = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
  bool writes = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  multi->polled[place - 1].events =
      (short)((reads ? CURL_WAIT_POLLIN : 0) | (writes ? CURL_WAIT_POLLOUT : 0));
  watch(multi, &multi->polled[place - 1]);
  return 0;
}

/* CURLMOPT_TIMERFUNCTION: sets when curl is called without an event; -1 for never. */
static int on_timer(CURLM *handle, long milliseconds, void *context) {
  struct multi *multi = context;
  (void)handle;
  multi->due = milliseconds < 0 ? CLOCK_NEVER : clock_now() + (double)milliseconds / 1000;
  return 0;
}

/* Makes a handle; NULL on out of memory, which libcurl's functions reject without any effect. */
static void open_handle(struct multi *multi) {
  multi->due = CLOCK_NEVER;
  multi->count = 0;
  multi->handle = curl_multi_init();
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
  curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, MULTI_IDLE_CONNECTIONS);
}

bool multi_open(struct multi *multi) {
  multi->set = SYSTEM_NO_SOCKET;
  open_handle(multi);
  multi->waiter = curl_multi_init();
  /* curl_multi_init succeeds even if it has no descriptors for curl_multi_wakeup */
  return multi->handle != NULL && curl_multi_wakeup(multi->waiter) == CURLM_OK;
}

void multi_close(struct multi *multi, bool inherited) {
  /*
  ** cleaning up would send shutdowns on connections that the parent uses, and its thread may wait
  */
  if (!inherited) curl_multi_cleanup(multi->handle);
  if (!inherited) curl_multi_cleanup(multi->waiter);
  close_set(multi);
  free(multi->polled);
  free(multi->ready);
}

bool multi_add(struct multi *multi, CURL *easy) {
  if (multi->handle == NULL) open_handle(multi);
  return reserve(multi, multi->count + MULTI_SOCKETS_OF_TRANSFER) &&
         curl_multi_add_handle(multi->handle, easy) == CURLM_OK;
}

void multi_remove(struct multi *multi, CURL *easy) {
  curl_multi_remove_handle(multi->handle, easy);
}

/* Copies the sockets that curl_multi_poll found to be ready. Returns their number. */
static size_t copy_ready(struct multi *multi) {
  size_t found = 0;
  for (size_t i = 0; i < multi->count; i++)
    if (multi->polled[i].revents != 0) multi->ready[found++] = multi->polled[i];
  return found;
}

/* Polls the sockets for at most `seconds`. Copies the ready ones and returns their number. */
static size_t poll_sockets(struct multi *multi, double seconds) {
  if (multi->count >= MULTI_MANY && multi->set == SYSTEM_NO_SOCKET) open_set(multi);
  if (multi->count < MULTI_FEW && multi->set != SYSTEM_NO_SOCKET) close_set(multi);
  bool has_set = multi->set != SYSTEM_NO_SOCKET;
  struct curl_waitfd set = {.fd = (curl_socket_t)multi->set, .events = CURL_WAIT_POLLIN};
  int count = 0;
  CURLMcode code =
      curl_multi_poll(multi->waiter, has_set ? &set : multi->polled,
                      has_set ? 1 : (unsigned)multi->count, clock_milliseconds(seconds), &count);
  if (code != CURLM_OK && seconds > 0) system_sleep(seconds < MULTI_PAUSE ? seconds : MULTI_PAUSE);
  if (code != CURLM_OK || count == 0) return 0;
  return has_set ? socket_set_ready(multi->set, multi->ready, multi->capacity) : copy_ready(multi);
}

/* Lets curl handle the events of a socket. */
static bool act(struct multi *multi, const struct curl_waitfd *ready) {
  int mask = 0, running;
  if (ready->revents & CURL_WAIT_POLLIN) mask |= CURL_CSELECT_IN;
  if (ready->revents & CURL_WAIT_POLLOUT) mask |= CURL_CSELECT_OUT;
  return curl_multi_socket_action(multi->handle, ready->fd, mask, &running) == CURLM_OK;
}

bool multi_act_on_time(struct multi *multi) {
  int running;
  if (multi->due > clock_now()) return true;
  multi->due = CLOCK_NEVER;
  return curl_multi_socket_action(multi->handle, CURL_SOCKET_TIMEOUT, 0, &running) == CURLM_OK;
}

bool multi_act_on_events(struct multi *multi, double seconds) {
  if (multi->count == 0 && seconds <= 0) return true;
  double left = multi->due - clock_now();
  size_t count = poll_sockets(multi, left < seconds ? left : seconds);
  bool fine = true;
  for (size_t i = 0; i < count; i++) fine = act(multi, &multi->ready[i]) && fine;
  return fine;
}

void multi_wake(struct multi *multi) {
  curl_multi_wakeup(multi->waiter);
}

CURL *multi_take(struct multi *multi, CURLcode *result) {
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(multi->handle, &left)) != NULL;) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL *easy = message->easy_handle;
    *result = message->data.result; /* the message is freed with the handle */
    multi_remove(multi, easy);
    return easy;
  }
  return NULL;
}

void multi_renew(struct multi *multi) {
  close_set(multi);
  curl_multi_cleanup(multi->handle);
  open_handle(multi);
}
