/*
** buffer.h: bytes that grow up to a stated maximum.
** A buffer owns its memory; buffer_free gives it back and leaves an empty buffer. A failed call changes nothing
** but `failed`, which stays set, so that a chain of appends may be checked once at its end.
*/
#ifndef HARNEST_BUFFER_H
#define HARNEST_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

enum buffer_failure { BUFFER_FINE, BUFFER_TOO_LARGE, BUFFER_NO_MEMORY };

struct buffer {
  char *bytes; /* not terminated; NULL while nothing was ever put in */
  size_t length;
  size_t capacity;
  size_t maximum;
  enum buffer_failure failed;
};

/* Makes an empty buffer that will hold at most `maximum` bytes. Acquires nothing. */
void buffer_init(struct buffer *buffer, size_t maximum);

/* Frees the memory; the buffer is empty afterwards and may be used again. */
void buffer_free(struct buffer *buffer);

/* Forgets the contents and the failure, and keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Drops all behind the first `length` bytes, and gives their memory back. */
void buffer_cut(struct buffer *buffer, size_t length);

/* Makes room for `more` bytes behind the contents, beyond `maximum` too (a parser's padding). */
bool buffer_reserve(struct buffer *buffer, size_t more);

/* Appends `length` bytes. */
bool buffer_append(struct buffer *buffer, const void *bytes, size_t length);

/* Appends the characters of a terminated string. */
bool buffer_puts(struct buffer *buffer, const char *text);

/* Appends one character. */
bool buffer_putc(struct buffer *buffer, char character);

/* Appends what printf would write. */
bool buffer_printf(struct buffer *buffer, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Puts a NUL behind the contents (not counted in length) and returns them; NULL without memory or after a failure. */
const char *buffer_text(struct buffer *buffer);

/* Overwrites the contents with zeros, then frees: for secrets. */
void buffer_wipe(struct buffer *buffer);

#endif
