/*
** multi.h: curl's multi handle and the sockets that it wants to be polled. One thread at a time may
** use it, except where a comment says otherwise.
*/
#ifndef HARNEST_MULTI_H
#define HARNEST_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "system.h"

struct multi {
  CURLM *handle; /* NULL after out of memory, until multi_add makes a new one */
  CURLM *waiter; /* a handle without transfers, for curl_multi_poll and curl_multi_wakeup */
  double due;    /* clock_now() time when curl's timer expires */
  struct curl_waitfd *polled, *ready; /* arrays of `capacity`; `polled` has `count` sockets */
  size_t count, capacity;
  system_socket set; /* has the sockets of `polled` while there are many; else SYSTEM_NO_SOCKET */
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

/* Adds a transfer, which multi_act_on_time begins. Returns false on out of memory. */
bool multi_add(struct multi *multi, CURL *easy);

/*
** Removes a transfer in any state; ignores one that was not added. May wait for a DNS look-up if
** libcurl is older than 7.87.
*/
void multi_remove(struct multi *multi, CURL *easy);

/*
** Lets curl do what is due without an event: begin transfers, end those whose time is over. Returns
** false if curl failed and may no longer monitor all transfers.
*/
bool multi_act_on_time(struct multi *multi);

/*
** Waits for events, at most `seconds` and until something is due without one, and lets curl handle
** them. Returns false as multi_act_on_time does.
*/
bool multi_act_on_events(struct multi *multi, double seconds);

/* Ends the current wait, or the next one. Any thread. */
void multi_wake(struct multi *multi);

/*
** Removes and returns a finished transfer, and sets `result`. Returns NULL if there is none.
*/
CURL *multi_take(struct multi *multi, CURLcode *result);

/* Replaces the handle and its connections. No transfers may be left. */
void multi_renew(struct multi *multi);

#endif
