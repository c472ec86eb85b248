/*
** hash.h: FNV-1a, 64 bits. Not cryptographic; an attacker can construct collisions.
*/
#ifndef HARNEST_HASH_H
#define HARNEST_HASH_H

#include <stdint.h>

/* The initial hash (the offset basis). */
#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Returns the hash with one more byte mixed in. */
static inline uint64_t hash_byte(uint64_t hash, unsigned char byte) {
  return (hash ^ byte) * UINT64_C(0x100000001b3);
}

#endif
