/*
** line.h: a connection by which hosts are woken that can read streams but not poll a descriptor of ours. They connect to
** a unix socket by its name, which is gone again as soon as they have. What comes over it are bytes without a meaning.
**
** Zeroed memory with both descriptors -1 is a line that nobody has connected to.
*/
#ifndef HARNEST_LINE_H
#define HARNEST_LINE_H

#include <stdbool.h>

#define LINE_PATH_SIZE 108 /* of a unix socket's address */

struct line {
  int door;                  /* listens; -1 unless somebody is to come */
  int connection;            /* -1 while there is none */
  char path[LINE_PATH_SIZE]; /* of the socket, in a folder of its own that only this user may enter */
};

/*
** The path to connect to: where the connection there is still stands, the path that it was made by, by which the host may
** have kept it; else a new one. NULL when the system gives none.
*/
const char *line_path(struct line *line);

/* Takes the connection that the host has made since. False without one. */
bool line_take(struct line *line);

/* Sends a byte, unless there is no connection or it is full of them. */
void line_ring(const struct line *line);

/* Closes all of it, and removes what has a name. */
void line_close(struct line *line);

#endif
