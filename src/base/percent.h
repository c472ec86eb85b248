/*
** percent.h: percent-encoded bytes (RFC 3986, 2.1).
*/
#ifndef HARNEST_PERCENT_H
#define HARNEST_PERCENT_H

#include "base/hex.h"

/* Length of an escape: `%41`. */
#define PERCENT_LENGTH 3

/* Returns the byte that the escape at `text` encodes; -1 if no escape starts there before `end`. */
static inline int percent_decode(const char *text, const char *end) {
  return text < end && *text == '%' ? hex_byte(text + 1, end) : -1;
}

#endif
