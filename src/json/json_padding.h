/*
** json_padding.h: the bytes after a text that json_parse requires.
*/
#ifndef HARNEST_JSON_PADDING_H
#define HARNEST_JSON_PADDING_H

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "json/json.h"

/*
** Puts JSON_PADDING zeros after the contents of a buffer, whose length stays. Returns false after
** any failure of the buffer.
*/
static inline bool json_pad(struct buffer *text) {
  if (text->failed != BUFFER_FINE || !buffer_reserve(text, JSON_PADDING)) return false;
  memset(text->bytes + text->length, 0, JSON_PADDING);
  return true;
}

/* Copies a text to `copy`, which has `length` and JSON_PADDING bytes, with zeros after it. */
static inline void json_copy_padded(char *copy, const char *text, size_t length) {
  memcpy(copy, text, length);
  memset(copy + length, 0, JSON_PADDING);
}

#endif
