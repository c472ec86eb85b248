/*
** unix_wakeup.c: a unix socket that a host connects to.
*/
#include "net/unix_wakeup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_WAKEUP_SOCKET "/line"

/* Removes the socket's name and its folder. */
static void remove_name(struct unix_wakeup *line) {
  char *end = strrchr(line->path, '/');
  if (end == NULL) return;
  unlink(line->path);
  *end = '\0';
  rmdir(line->path);
  *end = '/';
}

static void close_door(struct unix_wakeup *line) {
  if (line->door < 0) return;
  close(line->door);
  line->door = -1;
  remove_name(line);
}

/* Makes a folder under `parent`, and the socket's path in it. */
static bool make_folder(struct unix_wakeup *line, const char *parent) {
  int length = snprintf(line->path, sizeof line->path, "%s/harnest.XXXXXX", parent);
  if (length < 0 || (size_t)length + sizeof UNIX_WAKEUP_SOCKET > sizeof line->path) return false;
  if (mkdtemp(line->path) == NULL) return false;
  memcpy(line->path + length, UNIX_WAKEUP_SOCKET, sizeof UNIX_WAKEUP_SOCKET);
  return true;
}

static bool open_door(struct unix_wakeup *line) {
  const char *parent = getenv("TMPDIR");
  bool named = parent != NULL && *parent == '/' && make_folder(line, parent);
  if (!named && !make_folder(line, "/tmp")) return false;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, line->path, strlen(line->path) + 1);
  line->door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (line->door >= 0 && bind(line->door, (struct sockaddr *)&address, sizeof address) == 0 &&
      listen(line->door, 1) == 0)
    return true;
  close_door(line);
  remove_name(line);
  return false;
}

/* Whether the host has its end of the connection still. */
static bool stands(const struct unix_wakeup *line) {
  char byte;
  if (line->connection < 0) return false;
  ssize_t count = recv(line->connection, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

const char *unix_wakeup_path(struct unix_wakeup *line) {
  if (stands(line)) return line->path;
  unix_wakeup_close(line);
  return open_door(line) ? line->path : NULL;
}

bool unix_wakeup_accept(struct unix_wakeup *line) {
  if (line->door >= 0) {
    line->connection = accept4(line->door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    close_door(line);
  }
  return line->connection >= 0;
}

void unix_wakeup_send(const struct unix_wakeup *line) {
  if (line->connection < 0) return;
  ssize_t sent = send(line->connection, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)sent; /* a line that is full, or gone, is found so by who reads it */
}

void unix_wakeup_close(struct unix_wakeup *line) {
  close_door(line);
  if (line->connection >= 0) close(line->connection);
  line->connection = -1;
}
