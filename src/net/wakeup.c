/*
** wakeup.c: a descriptor to wake threads, by Linux's eventfd.
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

void wakeup_close(int fd) {
  if (fd >= 0) close(fd);
}

void wakeup_send(int fd) {
  uint64_t one = 1;
  ssize_t written = write(fd, &one, sizeof one);
  (void)written; /* it fails only if the counter is full, and then the descriptor is readable */
}

void wakeup_clear(int fd) {
  uint64_t count;
  ssize_t taken = read(fd, &count, sizeof count);
  (void)taken; /* it fails if the descriptor is not readable */
}

void wakeup_wait(int fd, double seconds) {
  struct pollfd watched = {.fd = fd, .events = POLLIN};
  poll(&watched, 1, clock_milliseconds(seconds));
}
