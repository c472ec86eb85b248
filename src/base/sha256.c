/*
** sha256.c: SHA-256 (FIPS 180-4). Names of variables are those of the standard.
*/
#include "base/sha256.h"

#include <stdint.h>
#include <string.h>

#define SHA256_WORDS 8
#define SHA256_BLOCK 64 /* bytes */
#define SHA256_ROUNDS 64

static uint32_t rotate(uint32_t x, int n) {
  return x >> n | x << (32 - n);
}

static uint32_t read_word(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* 6.2.2, step 1: the message schedule of a block. */
static void schedule(const unsigned char *block, uint32_t W[SHA256_ROUNDS]) {
  for (int t = 0; t < 16; t++) W[t] = read_word(block + (size_t)t * 4);
  for (int t = 16; t < SHA256_ROUNDS; t++) {
    uint32_t x = W[t - 2], y = W[t - 15];
    W[t] = (rotate(x, 17) ^ rotate(x, 19) ^ x >> 10) + W[t - 7] +
           (rotate(y, 7) ^ rotate(y, 18) ^ y >> 3) + W[t - 16];
  }
}

/* 6.2.2, steps 2 to 4: adds a block to the hash value. */
static void add_block(uint32_t H[SHA256_WORDS], const unsigned char *block) {
  /* 4.2.2 */
  static const uint32_t K[SHA256_ROUNDS] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2};
  uint32_t W[SHA256_ROUNDS], v[SHA256_WORDS];
  schedule(block, W);
  memcpy(v, H, sizeof v);
  for (int t = 0; t < SHA256_ROUNDS; t++) {
    uint32_t a = v[0], b = v[1], c = v[2], e = v[4];
    uint32_t T1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                  ((e & v[5]) ^ (~e & v[6])) + K[t] + W[t];
    uint32_t T2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    memmove(v + 1, v, sizeof v - sizeof *v);
    v[4] += T1;
    v[0] = T1 + T2;
  }
  for (int i = 0; i < SHA256_WORDS; i++) H[i] += v[i];
}

/* 5.1.1: adds the last bytes, fewer than a block, with the padding and the length. */
static void add_end(uint32_t H[SHA256_WORDS], const unsigned char *bytes, size_t left,
                    uint64_t length) {
  unsigned char end[2 * SHA256_BLOCK] = {0};
  size_t size = left + 9 <= SHA256_BLOCK ? SHA256_BLOCK : 2 * SHA256_BLOCK;
  if (left > 0) memcpy(end, bytes, left);
  end[left] = 0x80;
  for (size_t i = 0; i < 8; i++) end[size - 1 - i] = (unsigned char)(length * 8 >> 8 * i);
  for (size_t at = 0; at < size; at += SHA256_BLOCK) add_block(H, end + at);
}

void sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX]) {
  /* 5.3.3 */
  uint32_t H[SHA256_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                              0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const unsigned char *at = bytes;
  size_t left = length;
  for (; left >= SHA256_BLOCK; left -= SHA256_BLOCK, at += SHA256_BLOCK) add_block(H, at);
  add_end(H, at, left, length);
  for (int i = 0; i < SHA256_HEX; i++)
    hex[i] = "0123456789abcdef"[H[i / 8] >> (28 - i % 8 * 4) & 15];
}
