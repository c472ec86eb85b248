/*
** excerpt.c: shortens texts that messages quote.
*/
#include "base/excerpt.h"

#include <stdbool.h>
#include <string.h>

/* The most continuation bytes of a UTF-8 character. */
#define CONTINUATIONS 3

static bool is_continuation(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t excerpt(char *shown, const char *text, size_t length, size_t most) {
  size_t tail = most / 3, head = most - tail;
  if (length <= most) {
    head = length;
    tail = 0;
  }
  if (tail > 0) {
    size_t start = length - tail, least = head - CONTINUATIONS;
    while (head > least && is_continuation(text[head])) head--;
    while (start < length - tail + CONTINUATIONS && is_continuation(text[start])) start++;
    tail = length - start;
  }
  if (head > 0) memcpy(shown, text, head);
  size_t written = head;
  if (tail > 0) {
    memcpy(shown + written, "...", 3);
    memcpy(shown + written + 3, text + length - tail, tail);
    written += 3 + tail;
  }
  shown[written] = '\0';
  return written;
}

bool excerpt_append(struct buffer *out, const char *text, size_t length, size_t most) {
  char shown[EXCERPT_SIZE(EXCERPT_MESSAGE)];
  return buffer_append(out, shown, excerpt(shown, text, length, most));
}
