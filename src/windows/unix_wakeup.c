/*
** unix_wakeup.c: Windows has no hosts that connect to a unix socket.
*/
#include "unix_wakeup.h"

#include <stddef.h>

const char *unix_wakeup_path(struct unix_wakeup *wakeup) {
  (void)wakeup;
  return NULL;
}

bool unix_wakeup_accept(struct unix_wakeup *wakeup) {
  (void)wakeup;
  return false;
}

void unix_wakeup_send(const struct unix_wakeup *wakeup) {
  (void)wakeup;
}

void unix_wakeup_close(struct unix_wakeup *wakeup) {
  (void)wakeup;
}
