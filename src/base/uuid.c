/*
** uuid.c: random UUIDs. No state is kept between two of them, so a forked process cannot repeat
** one.
*/
#include "base/uuid.h"

#include "system.h"

#define UUID_BYTES 16

bool uuid_make(char text[UUID_LENGTH]) {
  static const char hex[] = "0123456789abcdef";
  unsigned char bytes[UUID_BYTES];
  if (!system_random(bytes, sizeof bytes)) return false;
  bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0F)); /* the version */
  bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F)); /* the variant */
  for (int i = 0; i < UUID_BYTES; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *text++ = '-';
    *text++ = hex[bytes[i] >> 4];
    *text++ = hex[bytes[i] & 15];
  }
  return true;
}
