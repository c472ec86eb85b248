/*
** text_copy.h: copies a text of a known length, which may contain NUL.
*/
#ifndef HARNEST_TEXT_COPY_H
#define HARNEST_TEXT_COPY_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Returns a copy with a NUL after it, which the caller frees; NULL on out of memory. */
static inline char *text_copy(const char *text, size_t length) {
  char *copy = malloc(length + 1);
  if (copy == NULL) return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

#endif
