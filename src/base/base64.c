/*
** base64.c: base64 (RFC 4648, 4).
*/
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const char *bytes, size_t length, char *text) {
  for (size_t i = 0; i < length; i += 3) {
    uint32_t group = (uint32_t)(unsigned char)bytes[i] << 16;
    if (i + 1 < length) group |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
    if (i + 2 < length) group |= (unsigned char)bytes[i + 2];
    *text++ = alphabet[group >> 18];
    *text++ = alphabet[group >> 12 & 63];
    *text++ = i + 1 < length ? alphabet[group >> 6 & 63] : '=';
    *text++ = i + 2 < length ? alphabet[group & 63] : '=';
  }
}

bool base64_is_valid(const char *text, size_t length) {
  size_t digits = 0;
  while (digits < length && text[digits] != '\0' && strchr(alphabet, text[digits]) != NULL)
    digits++;
  for (size_t i = digits; i < length; i++)
    if (text[i] != '=') return false;
  return digits % 4 != 1 && (length == digits || length == (digits + 3) / 4 * 4);
}

bool base64_decode(const char *text, size_t length, struct buffer *bytes) {
  uint32_t bits = 0;
  unsigned count = 0; /* of bits that are not yet a byte */
  for (size_t i = 0; i < length && text[i] != '\0'; i++) {
    const char *digit = strchr(alphabet, text[i]);
    if (digit == NULL) break;
    bits = bits << 6 | (uint32_t)(digit - alphabet);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    buffer_putc(bytes, (char)(bits >> count & 0xFF));
  }
  return bytes->failed == BUFFER_FINE;
}
