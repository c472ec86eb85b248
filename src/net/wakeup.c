/*
** wakeup.c: a pair of sockets, with one byte between them while the descriptor is readable.
*/
#include "net/wakeup.h"

bool wakeup_open(struct wakeup *wakeup) {
  system_socket pair[2];
  bool is_open = system_socket_pair(pair);
  *wakeup = (struct wakeup){.descriptor = pair[0], .other_end = pair[1]};
  return is_open;
}

void wakeup_close(struct wakeup *wakeup) {
  system_socket_close(wakeup->descriptor);
  system_socket_close(wakeup->other_end);
  wakeup->descriptor = wakeup->other_end = SYSTEM_NO_SOCKET;
}

void wakeup_set(struct wakeup *wakeup, bool is_readable) {
  if (wakeup->descriptor == SYSTEM_NO_SOCKET || wakeup->is_sent == is_readable) return;
  wakeup->is_sent = is_readable;
  if (is_readable)
    system_socket_send_byte(wakeup->other_end);
  else
    system_socket_drain(wakeup->descriptor);
}

void wakeup_wait(const struct wakeup *wakeup, double seconds) {
  system_socket_wait(wakeup->descriptor, seconds);
}
