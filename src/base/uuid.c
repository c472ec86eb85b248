/*
** uuid.c: random UUIDs. Random bytes are fetched for several of them by one system call.
*/
#include "base/uuid.h"

#include <string.h>

#include "system.h"

#define UUID_BYTES 16
#define UUID_BLOCK (16 * UUID_BYTES) /* what Linux gives at once */

/* Random bytes that no UUID has used yet. */
struct random_block {
  unsigned char bytes[UUID_BLOCK];
  size_t left;
  long process; /* which fetched them: a forked process must not use them, too */
};

/* Takes the random bytes of a UUID. Returns false if the system has none. */
static bool take_random(unsigned char bytes[UUID_BYTES]) {
  static _Thread_local struct random_block block;
  if (block.left == 0 || block.process != system_process()) {
    block.left = 0;
    if (!system_random(block.bytes, sizeof block.bytes)) return false;
    block.left = sizeof block.bytes;
    block.process = system_process();
  }
  block.left -= UUID_BYTES;
  memcpy(bytes, block.bytes + block.left, UUID_BYTES);
  return true;
}

bool uuid_make(char text[UUID_LENGTH]) {
  static const char hex[] = "0123456789abcdef";
  unsigned char bytes[UUID_BYTES];
  if (!take_random(bytes)) return false;
  bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0F)); /* the version */
  bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F)); /* the variant */
  for (int i = 0; i < UUID_BYTES; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *text++ = '-';
    *text++ = hex[bytes[i] >> 4];
    *text++ = hex[bytes[i] & 15];
  }
  return true;
}
