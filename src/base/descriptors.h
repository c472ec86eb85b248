/*
** descriptors.h: whether the process can open more files and sockets.
*/
#ifndef HARNEST_DESCRIPTORS_H
#define HARNEST_DESCRIPTORS_H

#include <stdbool.h>

/* What to say if it cannot. */
#define DESCRIPTORS_NONE_LEFT \
  "no file descriptors are left: close files or sockets, or raise the limit (ulimit -n)"

/* Whether the process, or the system, has no file descriptor left now. Any thread. */
bool descriptors_are_used_up(void);

#endif
