/*
** text.h: compares texts of a known length, which may contain NUL.
*/
#ifndef HARNEST_TEXT_H
#define HARNEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
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

#endif
