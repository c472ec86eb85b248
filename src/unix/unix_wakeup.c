/*
** unix_wakeup.c: a unix socket that a host connects to.
*/
#include "unix_wakeup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "system.h"

#define UNIX_WAKEUP_SOCKET "/line"

/*
** macOS lacks this flag. It matters only if nginx has closed the connection, and nginx ignores
** SIGPIPE.
*/
#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0
#endif

/* Removes the socket's path and directory. */
static void remove_path(struct unix_wakeup *wakeup) {
  char *end = strrchr(wakeup->path, '/');
  if (end == NULL) return;
  unlink(wakeup->path);
  *end = '\0';
  rmdir(wakeup->path);
  *end = '/';
}

static void close_listener(struct unix_wakeup *wakeup) {
  if (wakeup->listen_fd < 0) return;
  close(wakeup->listen_fd);
  wakeup->listen_fd = -1;
  remove_path(wakeup);
}

/* Makes a directory in `parent` and sets the socket's path in it. */
static bool make_directory(struct unix_wakeup *wakeup, const char *parent) {
  int length = snprintf(wakeup->path, sizeof wakeup->path, "%s/harnest.XXXXXX", parent);
  if (length < 0 || (size_t)length + sizeof UNIX_WAKEUP_SOCKET > sizeof wakeup->path) return false;
  if (mkdtemp(wakeup->path) == NULL) return false;
  memcpy(wakeup->path + length, UNIX_WAKEUP_SOCKET, sizeof UNIX_WAKEUP_SOCKET);
  return true;
}

/* Makes a socket not block, and child processes not inherit it. */
static void set_flags(int socket) {
  if (socket < 0) return;
  fcntl(socket, F_SETFL, O_NONBLOCK);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
}

static bool open_listener(struct unix_wakeup *wakeup) {
  const char *parent = getenv("TMPDIR");
  bool named = parent != NULL && *parent == '/' && make_directory(wakeup, parent);
  if (!named && !make_directory(wakeup, "/tmp")) return false;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, wakeup->path, strlen(wakeup->path) + 1);
  wakeup->listen_fd = (int)system_socket_open(AF_UNIX, SOCK_STREAM, 0);
  set_flags(wakeup->listen_fd);
  if (wakeup->listen_fd >= 0 &&
      bind(wakeup->listen_fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      listen(wakeup->listen_fd, 1) == 0)
    return true;
  close_listener(wakeup);
  remove_path(wakeup);
  return false;
}

/* Whether the host's end of the connection is open. */
static bool is_connected(const struct unix_wakeup *wakeup) {
  char byte;
  if (wakeup->connection < 0) return false;
  ssize_t count = recv(wakeup->connection, &byte, 1, MSG_PEEK);
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

const char *unix_wakeup_path(struct unix_wakeup *wakeup) {
  if (is_connected(wakeup)) return wakeup->path;
  unix_wakeup_close(wakeup);
  return open_listener(wakeup) ? wakeup->path : NULL;
}

bool unix_wakeup_accept(struct unix_wakeup *wakeup) {
  if (wakeup->listen_fd >= 0) {
    wakeup->connection = accept(wakeup->listen_fd, NULL, NULL);
    set_flags(wakeup->connection);
    close_listener(wakeup);
  }
  return wakeup->connection >= 0;
}

void unix_wakeup_send(const struct unix_wakeup *wakeup) {
  /* the reader of a full connection is awake; a closed one is detected by unix_wakeup_path */
  if (wakeup->connection >= 0 && send(wakeup->connection, "", 1, MSG_NOSIGNAL) < 0) return;
}

void unix_wakeup_close(struct unix_wakeup *wakeup) {
  close_listener(wakeup);
  if (wakeup->connection >= 0) close(wakeup->connection);
  wakeup->connection = -1;
}
