/*
** unix_wakeup.h: a connection by which hosts are woken that can read streams but not poll a descriptor of ours. They connect to
** a unix socket by its name, which is gone again as soon as they have. What comes over it are bytes without a meaning.
**
** Zeroed memory with both descriptors -1 is a line that nobody has connected to.
*/
#ifndef HARNEST_UNIX_WAKEUP_H
#define HARNEST_UNIX_WAKEUP_H

#include <stdbool.h>

#define UNIX_WAKEUP_PATH_SIZE 108 /* of a unix socket's address */

struct unix_wakeup {
  int door;       /* listens; -1 unless somebody is to come */
  int connection; /* -1 while there is none */
  char path
      [UNIX_WAKEUP_PATH_SIZE]; /* of the socket, in a folder of its own that only this user may enter */
};

/*
** The path to connect to: where the connection there is still stands, the path that it was made by, by which the host may
** have kept it; else a new one. NULL when the system gives none.
*/
const char *unix_wakeup_path(struct unix_wakeup *line);

/* Takes the connection that the host has made since. False without one. */
bool unix_wakeup_accept(struct unix_wakeup *line);

/* Sends a byte, unless there is no connection or it is full of them. */
void unix_wakeup_send(const struct unix_wakeup *line);

/* Closes all of it, and removes what has a name. */
void unix_wakeup_close(struct unix_wakeup *line);

#endif
