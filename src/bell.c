/*
** bell.c: a descriptor to wake others by, Linux's eventfd.
*/
#include "bell.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"

int bell_open(void) {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void bell_close(int bell) {
  if (bell >= 0) close(bell);
}

void bell_ring(int bell) {
  uint64_t one = 1;
  ssize_t written = write(bell, &one, sizeof one);
  (void)written; /* it can fail only where it has been rung without end */
}

void bell_clear(int bell) {
  uint64_t count;
  ssize_t taken = read(bell, &count, sizeof count);
  (void)taken; /* it fails where it was not rung */
}

void bell_wait(int bell, double seconds) {
  struct pollfd watched = {.fd = bell, .events = POLLIN};
  poll(&watched, 1, clock_milliseconds(seconds));
}
