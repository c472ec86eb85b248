/*
** utf8.c: UTF-8 validation.
*/
#include "base/utf8.h"

/*
** Only the second byte can make a sequence overlong, a surrogate or too large (Unicode, table 3-7).
*/
static size_t sequence_length(const unsigned char *at, size_t left) {
  unsigned char first = at[0], low = 0x80, high = 0xBF;
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length > left) return 0;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (at[1] < low || at[1] > high) return 0;
  for (size_t i = 2; i < length; i++) {
    if ((at[i] & 0xC0) != 0x80) return 0;
  }
  return length;
}

size_t utf8_sequence(const char *at, size_t left) {
  return sequence_length((const unsigned char *)at, left);
}

bool utf8_valid(const char *bytes, size_t length) {
  const unsigned char *at = (const unsigned char *)bytes;
  while (length > 0) {
    size_t step = sequence_length(at, length);
    if (step == 0) return false;
    at += step;
    length -= step;
  }
  return true;
}
