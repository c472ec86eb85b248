/*
** multi.h: curl's multi handle, driven by curl_multi_socket_action, with its sockets in one poller.
** One thread at a time may use it.
*/
#ifndef HARNEST_MULTI_H
#define HARNEST_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>

struct multi {
  CURLM *handle;
  int poller;
  double due; /* clock_now() time when curl's timer expires */
  int alarm;  /* a descriptor in the poller that is not curl's; -1 for none */
};

/*
** Opens a multi handle. Returns false if the system or libcurl lacks resources; call multi_close
** even then. The struct must not move.
*/
bool multi_open(struct multi *multi);

/*
** Closes it with its connections. Leaves connections open that are `inherited` from a parent
** process.
*/
void multi_close(struct multi *multi, bool inherited);

/* From now on a step ends its wait when the descriptor `alarm` is readable. */
void multi_watch_alarm(struct multi *multi, int alarm);

/* Adds a transfer, which starts in the next step. Returns false on out of memory. */
bool multi_add(struct multi *multi, CURL *easy);

/*
** Removes a transfer in any state; ignores one that was not added. May wait for a DNS look-up if
** libcurl is older than 7.87.
*/
void multi_remove(struct multi *multi, CURL *easy);

/*
** Waits at most `seconds` for events and lets curl handle them. Returns false if curl failed and
** may no longer monitor all transfers.
*/
bool multi_step(struct multi *multi, double seconds);

/*
** Removes and returns a finished transfer, and sets `result`. Returns NULL if there is none.
*/
CURL *multi_take(struct multi *multi, CURLcode *result);

/* Replaces the handle and its connections. No transfers may be left. */
void multi_renew(struct multi *multi);

#endif
