/*
** poller.c: polls many descriptors through one, by Linux's epoll.
*/
#include "net/poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

#define POLLER_BATCH 64

int poller_open(void) {
  return epoll_create1(EPOLL_CLOEXEC);
}

void poller_close(int poller) {
  if (poller >= 0) close(poller);
}

void poller_watch(int poller, int fd, unsigned events) {
  struct epoll_event event = {.data.fd = fd};
  if (events & POLLER_READ) event.events |= EPOLLIN;
  if (events & POLLER_WRITE) event.events |= EPOLLOUT;
  if (events == 0)
    epoll_ctl(poller, EPOLL_CTL_DEL, fd, &event);
  else if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0 && errno == EEXIST)
    epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event);
}

int poller_wait(int poller, double seconds, struct poller_ready *ready, int capacity) {
  struct epoll_event events[POLLER_BATCH];
  int count = epoll_wait(poller, events, capacity < POLLER_BATCH ? capacity : POLLER_BATCH,
                         clock_milliseconds(seconds));
  for (int i = 0; i < count; i++) {
    unsigned found = 0;
    if (events[i].events & (EPOLLIN | EPOLLRDHUP)) found |= POLLER_READ;
    if (events[i].events & EPOLLOUT) found |= POLLER_WRITE;
    if (events[i].events & (EPOLLERR | EPOLLHUP)) found |= POLLER_ERROR;
    ready[i] = (struct poller_ready){.fd = events[i].data.fd, .events = found};
  }
  return count > 0 ? count : 0;
}
