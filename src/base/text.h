/*
** text.h: compares and copies texts of a known length, which may contain NUL.
*/
#ifndef HARNEST_TEXT_H
#define HARNEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Returns whether the `length` bytes at `text` are the string `wanted`. */
static inline bool text_is(const char *text, size_t length, const char *wanted) {
  return length == strlen(wanted) && memcmp(text, wanted, length) == 0;
}

/* Compares by bytes as memcmp does; a text that begins with the other one comes after it. */
static inline int text_compare(const char *a, size_t a_length, const char *b, size_t b_length) {
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/* Returns a copy with a NUL after it, which the caller frees; NULL on out of memory. */
static inline char *text_copy(const char *text, size_t length) {
  char *copy = malloc(length + 1);
  if (copy == NULL) return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

#endif
