/*
** socket_set.h: sockets that the system polls as one, so that a wait costs the same for few and for
** many. src/socket_set/epoll.c is for Linux; src/socket_set/none.c for systems that have none yet.
** libcurl still waits: for the descriptor of the set.
*/
#ifndef HARNEST_SOCKET_SET_H
#define HARNEST_SOCKET_SET_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "system.h"

/* Opens an empty set that child processes do not inherit. Returns SYSTEM_NO_SOCKET if it cannot. */
system_socket socket_set_open(void);

/*
** Adds a socket with its CURL_WAIT_ events, or sets the events of one that was added. Returns false
** if the system lacks resources.
*/
bool socket_set_watch(system_socket set, const struct curl_waitfd *watched);

/* Removes a socket that was added. Must be called before it is closed. */
void socket_set_unwatch(system_socket set, curl_socket_t socket);

/*
** Copies the sockets that are ready, at most `capacity`, with their events in `revents`, without a
** wait. Returns their number.
*/
size_t socket_set_ready(system_socket set, struct curl_waitfd *ready, size_t capacity);

#endif
