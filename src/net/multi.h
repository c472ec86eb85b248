/*
** multi.h: curl's multi handle, driven by curl_multi_socket_action, with the sockets that it watches behind one poller.
** Whoever steps it is one thread at a time; it knows nothing of what the transfers are for.
*/
#ifndef HARNEST_MULTI_H
#define HARNEST_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>

struct multi {
  CURLM *handle;
  int poller;
  double due; /* clock_now() time when curl wants to be called, by its timer callback */
  int alarm;  /* a descriptor to watch that is not curl's; -1 for none */
};

/* Opens a multi handle. False when the system or libcurl gives none; it is to be closed even then. Must not move. */
bool multi_open(struct multi *multi);

/* Closes it with its connections; `inherited` ones, of a parent process, are left alone. */
void multi_close(struct multi *multi, bool inherited);

/* Ends the waiting of a step from now on when `alarm` is readable. */
void multi_watch_alarm(struct multi *multi, int alarm);

/* Gives curl a transfer, to begin in the next step. False without memory. */
bool multi_add(struct multi *multi, CURL *easy);

/*
** Takes a transfer out of curl, wherever it is; one that is not there is passed over. May wait for a name look-up where
** libcurl is older than 7.87.
*/
void multi_remove(struct multi *multi, CURL *easy);

/*
** Waits no longer than `seconds` until something is ready, and lets curl act on it. False when curl could not, and may
** have lost track of transfers.
*/
bool multi_step(struct multi *multi, double seconds);

/*
** A transfer that has ended, taken out of curl, and what came of it; NULL when there is none. `fine` is made false when
** it ended for lack of memory.
*/
CURL *multi_take(struct multi *multi, CURLcode *result, bool *fine);

/* Begins with a new handle, and connections, when no transfers are left. */
void multi_renew(struct multi *multi);

#endif
