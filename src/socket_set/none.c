/*
** none.c: a system without socket sets.
*/
#include "socket_set.h"

system_socket socket_set_open(void) {
  return SYSTEM_NO_SOCKET;
}

bool socket_set_watch(system_socket set, const struct curl_waitfd *watched) {
  (void)set;
  (void)watched;
  return false;
}

void socket_set_unwatch(system_socket set, curl_socket_t socket) {
  (void)set;
  (void)socket;
}

size_t socket_set_ready(system_socket set, struct curl_waitfd *ready, size_t capacity) {
  (void)set;
  (void)ready;
  (void)capacity;
  return 0;
}
