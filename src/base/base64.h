/*
** base64.h: base64 (RFC 4648, 4).
*/
#ifndef HARNEST_BASE64_H
#define HARNEST_BASE64_H

#include "base/buffer.h"

/* The number of characters that encode `length` bytes. */
#define BASE64_LENGTH(length) (((length) + 2) / 3 * 4)

/* Encodes `length` bytes to `text`, which has space for BASE64_LENGTH(length) characters. */
void base64_encode(const char *bytes, size_t length, char *text);

/* Whether the text is base64, whose padding may be missing. */
bool base64_is_valid(const char *text, size_t length);

/*
** Appends the bytes that `length` characters encode, up to the first character that base64 does not
** have. Returns false on out of memory or if the buffer is full.
*/
bool base64_decode(const char *text, size_t length, struct buffer *bytes);

#endif
