/*
** uuid.c: random UUIDs. No state is kept between two of them, so a forked process cannot repeat
** one.
*/
#include "base/uuid.h"

#include <stdio.h>
#if defined(__linux__)
#include <sys/random.h>
#endif

#define UUID_BYTES 16

/* Fills `bytes` from the system's random source. */
static bool get_random(unsigned char bytes[UUID_BYTES]) {
#if defined(__linux__)
  /* a request this short is never partly filled; old kernels and sandboxes may lack the call */
  if (getrandom(bytes, UUID_BYTES, 0) == UUID_BYTES) return true;
#endif
  FILE *file = fopen("/dev/urandom", "rbe");
  if (file == NULL) return false;
  setvbuf(file, NULL, _IONBF, 0); /* or stdio would read a whole block */
  bool is_complete = fread(bytes, 1, UUID_BYTES, file) == UUID_BYTES;
  fclose(file);
  return is_complete;
}

bool uuid_make(char text[UUID_LENGTH]) {
  static const char hex[] = "0123456789abcdef";
  unsigned char bytes[UUID_BYTES];
  if (!get_random(bytes)) return false;
  bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0F)); /* the version */
  bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F)); /* the variant */
  for (int i = 0; i < UUID_BYTES; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *text++ = '-';
    *text++ = hex[bytes[i] >> 4];
    *text++ = hex[bytes[i] & 15];
  }
  return true;
}
