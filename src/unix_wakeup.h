/*
** unix_wakeup.h: wakes hosts that can read streams but not poll a foreign descriptor. The host
** connects to a unix socket by its path, which is removed after that. The bytes sent over the
** connection have no meaning.
**
** Zeroed memory with both descriptors -1 is valid and not connected.
*/
#ifndef HARNEST_UNIX_WAKEUP_H
#define HARNEST_UNIX_WAKEUP_H

#include <stdbool.h>

#define UNIX_WAKEUP_PATH_SIZE 104 /* size of sun_path in macOS and the BSDs; Linux has 108 */

struct unix_wakeup {
  int listen_fd;  /* the listening socket; -1 unless a connection is expected */
  int connection; /* -1 if there is none */
  /* the socket's path, in a directory that only this user can enter; "" for none */
  char path[UNIX_WAKEUP_PATH_SIZE];
};

/*
** Returns the path to connect to. If the connection is still open, this is the path that it was
** made by, because the host may have stored the connection under it; else a new path. Returns NULL
** if the system lacks resources.
*/
const char *unix_wakeup_path(struct unix_wakeup *wakeup);

/* Accepts the host's connection. Idempotent. Returns false if there is none. */
bool unix_wakeup_accept(struct unix_wakeup *wakeup);

/* Sends a byte, unless there is no connection or its buffer is full. */
void unix_wakeup_send(const struct unix_wakeup *wakeup);

/* Closes all descriptors and removes the socket's path. */
void unix_wakeup_close(struct unix_wakeup *wakeup);

#endif
