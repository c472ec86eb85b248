/*
** text.h: compares and classifies texts of a known length, which may contain NUL.
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

/* Whether an ASCII digit. Unlike isdigit, it depends on no locale and takes each char. */
static inline bool text_is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Whether a control character of ASCII, such as a line break, NUL or DEL. */
static inline bool text_is_control(char c) {
  return (unsigned char)c < ' ' || c == 0x7F;
}

/* Whether one of the `length` bytes is a control character. */
static inline bool text_has_control(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text_is_control(text[i])) return true;
  }
  return false;
}

#endif
