/*
** sha256.h: the hash function SHA-256 (FIPS 180-4).
*/
#ifndef HARNEST_SHA256_H
#define HARNEST_SHA256_H

#include <stddef.h>

#define SHA256_HEX 64 /* digits of a hash, without a NUL */

/* Writes the hash of `length` bytes in lower-case hexadecimal digits, without a NUL. */
void sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX]);

#endif
