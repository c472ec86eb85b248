/*
** wakeup.c: a pipe, with one byte in it while the descriptor is readable.
*/
#include "net/wakeup.h"

bool wakeup_open(struct wakeup *wakeup) {
  system_socket ends[2];
  bool is_open = system_pipe_open(ends);
  *wakeup = (struct wakeup){.descriptor = ends[0], .other_end = ends[1]};
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
    system_pipe_write_byte(wakeup->other_end);
  else
    system_pipe_drain(wakeup->descriptor);
}

void wakeup_wait(const struct wakeup *wakeup, double seconds) {
  system_pipe_wait(wakeup->descriptor, seconds);
}
