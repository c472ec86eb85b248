/*
** hash.h: FNV-1a, 64 bits, byte by byte. Not for secrets, nor against those who want collisions.
*/
#ifndef HARNEST_HASH_H
#define HARNEST_HASH_H

#include <stdint.h>

/* What a hash begins with. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash with one byte more. */
static inline uint64_t hash_byte(uint64_t hash, unsigned char byte) {
  return (hash ^ byte) * UINT64_C(0x100000001b3);
}

#endif
