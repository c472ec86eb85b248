/*
** multi.c: curl's multi handle and the poller of its sockets.
*/
#include "net/multi.h"

#include <stddef.h>

#include "base/clock.h"
#include "net/poller.h"

#define MULTI_EVENTS 64
#define MULTI_IDLE_CONNECTIONS 64L

/* CURLMOPT_SOCKETFUNCTION: sets which events of a socket are polled. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned) {
  struct multi *multi = context;
  (void)easy;
  (void)assigned;
  unsigned events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= POLLER_READ;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= POLLER_WRITE;
  poller_watch(multi->poller, socket, events);
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
  multi->handle = curl_multi_init();
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
  curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, MULTI_IDLE_CONNECTIONS);
}

bool multi_open(struct multi *multi) {
  multi->alarm = -1;
  multi->poller = poller_open();
  open_handle(multi);
  return multi->poller >= 0 && multi->handle != NULL;
}

void multi_close(struct multi *multi, bool inherited) {
  /* cleaning up would send shutdowns on connections that the parent uses */
  if (multi->handle != NULL && !inherited) curl_multi_cleanup(multi->handle);
  poller_close(multi->poller);
}

void multi_watch_alarm(struct multi *multi, int alarm) {
  multi->alarm = alarm;
  poller_watch(multi->poller, alarm, POLLER_READ);
}

bool multi_add(struct multi *multi, CURL *easy) {
  if (multi->handle == NULL) open_handle(multi);
  return curl_multi_add_handle(multi->handle, easy) == CURLM_OK;
}

void multi_remove(struct multi *multi, CURL *easy) {
  curl_multi_remove_handle(multi->handle, easy);
}

static bool act(struct multi *multi, const struct poller_ready *ready) {
  int mask = 0, running;
  if (ready->fd == multi->alarm) return true;
  if (ready->events & POLLER_READ) mask |= CURL_CSELECT_IN;
  if (ready->events & POLLER_WRITE) mask |= CURL_CSELECT_OUT;
  if (ready->events & POLLER_ERROR) mask |= CURL_CSELECT_ERR;
  return curl_multi_socket_action(multi->handle, ready->fd, mask, &running) == CURLM_OK;
}

bool multi_step(struct multi *multi, double seconds) {
  struct poller_ready ready[MULTI_EVENTS];
  int running, count = poller_wait(multi->poller, seconds, ready, MULTI_EVENTS);
  bool fine = true;
  for (int i = 0; i < count; i++) fine = act(multi, &ready[i]) && fine;
  if (multi->due <= clock_now()) {
    multi->due = CLOCK_NEVER;
    fine = curl_multi_socket_action(multi->handle, CURL_SOCKET_TIMEOUT, 0, &running) == CURLM_OK &&
           fine;
  }
  return fine;
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
  curl_multi_cleanup(multi->handle);
  open_handle(multi);
}
