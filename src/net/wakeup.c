/*
** wakeup.c: a descriptor to wake others by, Linux's eventfd.
*/
#include "net/wakeup.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

int wakeup_open(void) {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void wakeup_close(int bell) {
  if (bell >= 0) close(bell);
}

void wakeup_send(int bell) {
  uint64_t one = 1;
  ssize_t written = write(bell, &one, sizeof one);
  (void)written; /* it can fail only where it has been rung without end */
}

void wakeup_clear(int bell) {
  uint64_t count;
  ssize_t taken = read(bell, &count, sizeof count);
  (void)taken; /* it fails where it was not rung */
}

void wakeup_wait(int bell, double seconds) {
  struct pollfd watched = {.fd = bell, .events = POLLIN};
  poll(&watched, 1, clock_milliseconds(seconds));
}
