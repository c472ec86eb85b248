/*
** system_file.h: files of the operating system; a part of system.h.
*/
#ifndef HARNEST_SYSTEM_FILE_H
#define HARNEST_SYSTEM_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* Whether a path, if it exists, is a regular file, which can be read to its end. */
bool system_is_regular(const char *path);

/* Makes the missing directories above a path. Returns false if that fails, with errno. */
bool system_make_parents(const char *path);

/*
** Waits until what was written to a file is on its disk. Returns false if that fails, with errno.
*/
bool system_sync(FILE *file);

/*
** Renames a file to a path, where another one is replaced. Returns false if that fails, with errno.
*/
bool system_replace_file(const char *from, const char *to);

#endif
