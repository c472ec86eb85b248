/*
** descriptors.c: whether the process can open more files and sockets.
*/
#include "base/descriptors.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

bool descriptors_are_used_up(void) {
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno == EMFILE || errno == ENFILE;
  close(descriptor);
  return false;
}
