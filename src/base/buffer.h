/*
** buffer.h: a byte buffer that grows up to a maximum.
**
** A buffer owns its memory; buffer_free releases it and leaves an empty buffer. A failed call
** changes nothing but `failed`, which stays set, so a chain of appends can be checked once at its
** end. A buffer is not synchronized: one thread at a time.
*/
#ifndef HARNEST_BUFFER_H
#define HARNEST_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

enum buffer_failure { BUFFER_FINE, BUFFER_TOO_LARGE, BUFFER_NO_MEMORY };

struct buffer {
  char *bytes; /* not NUL-terminated; NULL until the first allocation; owned */
  size_t length;
  size_t capacity;
  size_t maximum;
  enum buffer_failure failed;
};

/* Makes an empty buffer that holds at most `maximum` bytes. Allocates nothing. */
void buffer_init(struct buffer *buffer, size_t maximum);

/* Frees the memory. The buffer is empty afterwards and can be used again. */
void buffer_free(struct buffer *buffer);

/* Drops the contents and resets `failed`. Keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Drops everything after the first `length` bytes and frees the memory that those took. */
void buffer_cut(struct buffer *buffer, size_t length);

/*
** Ensures capacity for `more` bytes after the contents, even beyond `maximum` (a parser's padding).
** Returns false on out of memory.
*/
bool buffer_reserve(struct buffer *buffer, size_t more);

/*
** Appends `length` bytes. `bytes` may be NULL if `length` is 0. Returns false if the contents would
** exceed `maximum`, on out of memory, or if an earlier call failed. The next three functions return
** the same.
*/
bool buffer_append(struct buffer *buffer, const void *bytes, size_t length);

/* Appends the characters of a NUL-terminated string. */
bool buffer_puts(struct buffer *buffer, const char *text);

/* Appends one character. Inline, since JSON text is written character by character. */
static inline bool buffer_putc(struct buffer *buffer, char character) {
  bool has_room = buffer->length < buffer->capacity && buffer->length < buffer->maximum;
  if (buffer->failed != BUFFER_FINE || !has_room) return buffer_append(buffer, &character, 1);
  buffer->bytes[buffer->length++] = character;
  return true;
}

/*
** Appends text formatted as by printf. A failure of printf itself, such as a character that cannot
** be encoded, counts as one of the buffer.
*/
bool buffer_printf(struct buffer *buffer, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/*
** Writes a NUL after the contents (not counted in `length`) and returns them. Returns NULL on out
** of memory or if an earlier call failed. The text is valid until the next change of the buffer.
*/
const char *buffer_text(struct buffer *buffer);

/* Overwrites the memory with zeros, then frees it. For secrets. */
void buffer_wipe(struct buffer *buffer);

#endif
