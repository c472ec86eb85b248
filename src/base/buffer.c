/*
** buffer.c: a byte buffer that grows up to a maximum.
*/
#include "base/buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SMALLEST 256

void buffer_init(struct buffer *buffer, size_t maximum) {
  *buffer = (struct buffer){.maximum = maximum};
}

void buffer_free(struct buffer *buffer) {
  free(buffer->bytes);
  buffer_init(buffer, buffer->maximum);
}

void buffer_clear(struct buffer *buffer) {
  buffer->length = 0;
  buffer->failed = BUFFER_FINE;
}

void buffer_cut(struct buffer *buffer, size_t length) {
  if (length >= buffer->length) return;
  buffer->length = length;
  char *bytes = realloc(buffer->bytes, length > 0 ? length : 1);
  if (bytes == NULL) return;
  buffer->bytes = bytes;
  buffer->capacity = length > 0 ? length : 1;
}

bool buffer_reserve(struct buffer *buffer, size_t more) {
  if (more <= buffer->capacity - buffer->length) return true;
  if (more > (size_t)-1 / 4 - buffer->length) {
    buffer->failed = BUFFER_NO_MEMORY;
    return false;
  }
  size_t capacity = buffer->capacity < BUFFER_SMALLEST ? BUFFER_SMALLEST : buffer->capacity;
  while (capacity - buffer->length < more) capacity *= 2;
  char *bytes = realloc(buffer->bytes, capacity);
  if (bytes == NULL) {
    buffer->failed = BUFFER_NO_MEMORY;
    return false;
  }
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return true;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length) {
  if (buffer->failed != BUFFER_FINE) return false;
  if (length > buffer->maximum - buffer->length) {
    buffer->failed = BUFFER_TOO_LARGE;
    return false;
  }
  if (!buffer_reserve(buffer, length)) return false;
  if (length > 0) memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  return true;
}

bool buffer_puts(struct buffer *buffer, const char *text) {
  return buffer_append(buffer, text, strlen(text));
}

bool buffer_printf(struct buffer *buffer, const char *format, ...) {
  char text[512];
  va_list arguments;
  if (buffer->failed != BUFFER_FINE) return false;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length < 0) {
    buffer->failed = errno == EOVERFLOW ? BUFFER_TOO_LARGE : BUFFER_NO_MEMORY;
    return false;
  }
  if ((size_t)length < sizeof text) return buffer_append(buffer, text, (size_t)length);
  if (!buffer_reserve(buffer, (size_t)length + 1)) return false;
  if ((size_t)length > buffer->maximum - buffer->length) {
    buffer->failed = BUFFER_TOO_LARGE;
    return false;
  }
  va_start(arguments, format);
  vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buffer->length += (size_t)length;
  return true;
}

const char *buffer_text(struct buffer *buffer) {
  if (buffer->failed != BUFFER_FINE || !buffer_reserve(buffer, 1)) return NULL;
  buffer->bytes[buffer->length] = '\0';
  return buffer->bytes;
}

void buffer_wipe(struct buffer *buffer) {
  volatile char *bytes = buffer->bytes;
  for (size_t i = 0; i < buffer->capacity; i++) bytes[i] = 0;
  buffer_free(buffer);
}
