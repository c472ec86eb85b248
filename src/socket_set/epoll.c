/*
** epoll.c: socket sets of Linux.
*/
#include <errno.h>
#include <sys/epoll.h>

#include "socket_set.h"

#define EPOLL_BATCH 64 /* events for each system call; the others are ready at the next wait, too */

system_socket socket_set_open(void) {
  return epoll_create1(EPOLL_CLOEXEC);
}

bool socket_set_watch(system_socket set, const struct curl_waitfd *watched) {
  struct epoll_event event = {.data.fd = watched->fd};
  if (watched->events & CURL_WAIT_POLLIN) event.events |= EPOLLIN;
  if (watched->events & CURL_WAIT_POLLOUT) event.events |= EPOLLOUT;
  if (epoll_ctl((int)set, EPOLL_CTL_ADD, watched->fd, &event) == 0) return true;
  return errno == EEXIST && epoll_ctl((int)set, EPOLL_CTL_MOD, watched->fd, &event) == 0;
}

void socket_set_unwatch(system_socket set, curl_socket_t socket) {
  epoll_ctl((int)set, EPOLL_CTL_DEL, socket, NULL);
}

size_t socket_set_ready(system_socket set, struct curl_waitfd *ready, size_t capacity) {
  struct epoll_event events[EPOLL_BATCH];
  int count = epoll_wait((int)set, events, capacity < EPOLL_BATCH ? (int)capacity : EPOLL_BATCH, 0);
  for (int i = 0; i < count; i++) {
    bool fails = (events[i].events & (EPOLLERR | EPOLLHUP)) != 0;
    int revents = 0;
    if (fails || events[i].events & EPOLLIN) revents |= CURL_WAIT_POLLIN;
    if (fails || events[i].events & EPOLLOUT) revents |= CURL_WAIT_POLLOUT;
    ready[i] = (struct curl_waitfd){.fd = events[i].data.fd, .revents = (short)revents};
  }
  return count > 0 ? (size_t)count : 0;
}
