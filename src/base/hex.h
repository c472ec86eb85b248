/*
** hex.h: hexadecimal digits.
*/
#ifndef HARNEST_HEX_H
#define HARNEST_HEX_H

/* What a hexadecimal digit stands for; -1 for any other character. */
static inline int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

#endif
