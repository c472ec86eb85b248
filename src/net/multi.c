/*
** multi.c: curl's multi handle, stepped by curl_multi_poll and curl_multi_perform.
*/
#include "net/multi.h"

#include "base/clock.h"
#include "system.h"

#define MULTI_IDLE_CONNECTIONS 64L
#define MULTI_PAUSE 0.01 /* seconds before the next attempt if curl cannot wait */

/*
** Makes a handle; NULL without memory or descriptors, which libcurl's functions reject without any
** effect. curl_multi_init succeeds even if it has no descriptors for curl_multi_wakeup.
*/
static void open_handle(struct multi *multi) {
  multi->handle = curl_multi_init();
  if (multi->handle == NULL) return;
  if (curl_multi_wakeup(multi->handle) != CURLM_OK) {
    curl_multi_cleanup(multi->handle);
    multi->handle = NULL;
  }
  curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, MULTI_IDLE_CONNECTIONS);
}

bool multi_open(struct multi *multi) {
  open_handle(multi);
  return multi->handle != NULL;
}

void multi_close(struct multi *multi, bool inherited) {
  /* cleaning up would send shutdowns on connections that the parent uses */
  if (multi->handle != NULL && !inherited) curl_multi_cleanup(multi->handle);
}

bool multi_add(struct multi *multi, CURL *easy) {
  if (multi->handle == NULL) open_handle(multi);
  return curl_multi_add_handle(multi->handle, easy) == CURLM_OK;
}

void multi_remove(struct multi *multi, CURL *easy) {
  curl_multi_remove_handle(multi->handle, easy);
}

bool multi_step(struct multi *multi, double seconds) {
  int running;
  if (curl_multi_poll(multi->handle, NULL, 0, clock_milliseconds(seconds), NULL) != CURLM_OK &&
      seconds > 0)
    system_sleep(seconds < MULTI_PAUSE ? seconds : MULTI_PAUSE);
  return curl_multi_perform(multi->handle, &running) == CURLM_OK;
}

void multi_wake(struct multi *multi) {
  curl_multi_wakeup(multi->handle);
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
