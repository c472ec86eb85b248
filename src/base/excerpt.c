/*
** excerpt.c: shortens texts that messages quote.
*/
#include "base/excerpt.h"

#include <string.h>

/* The most continuation bytes of a UTF-8 character. */
#define CONTINUATIONS 3

static bool is_continuation(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t excerpt(char *shown, const char *text, size_t length, size_t most) {
  if (length <= most) {
    if (length > 0) memcpy(shown, text, length);
    shown[length] = '\0';
    return length;
  }
  size_t tail = most / 3, head = most - tail, least = head - CONTINUATIONS;
  const char *end = text + length, *last = end - tail, *farthest = last + CONTINUATIONS;
  while (head > least && is_continuation(text[head])) head--;
  while (last < farthest && last < end && is_continuation(*last)) last++;
  tail = (size_t)(end - last);
  memcpy(shown, text, head);
  memcpy(shown + head, "...", 3);
  memcpy(shown + head + 3, last, tail);
  shown[head + 3 + tail] = '\0';
  return head + 3 + tail;
}

bool excerpt_append(struct buffer *out, const char *text, size_t length, size_t most) {
  char shown[EXCERPT_SIZE(EXCERPT_MESSAGE)];
  return buffer_append(out, shown, excerpt(shown, text, length, most));
}
