/*
** hex.h: hexadecimal digits.
*/
#ifndef HARNEST_HEX_H
#define HARNEST_HEX_H

/* Returns the value of a hexadecimal digit; -1 for any other character. */
static inline int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/*
** Returns the byte that two hexadecimal digits at `text` encode; -1 if there are none before `end`.
*/
static inline int hex_byte(const char *text, const char *end) {
  if (end - text < 2 || hex_value(text[0]) < 0 || hex_value(text[1]) < 0) return -1;
  return hex_value(text[0]) * 16 + hex_value(text[1]);
}

#endif
