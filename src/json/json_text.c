/*
** json_text.c: strings of JSON.
*/
#include "json/json_text.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether any of eight bytes is a control character, a quote, a backslash, or beyond ASCII; may err on the side of yes. */
static bool is_special(uint64_t bytes) {
  uint64_t quotes = bytes ^ EACH_BYTE('"'), backslashes = bytes ^ EACH_BYTE('\\');
  uint64_t found = bytes - EACH_BYTE(0x20);
  found |= quotes - EACH_BYTE(1);
  found |= backslashes - EACH_BYTE(1);
  return ((found | bytes) & EACH_BYTE(0x80)) != 0;
}

/* The first byte from `at` on that must be escaped or is no UTF-8; `end` for none. */
static const char *find_special(const char *at, const char *end) {
  uint64_t bytes;
  for (;;) {
    while (end - at >= (ptrdiff_t)sizeof bytes) {
      memcpy(&bytes, at, sizeof bytes);
      if (is_special(bytes)) break;
      at += sizeof bytes;
    }
    for (int i = 0; i < (int)sizeof bytes; i++) {
      if (at == end) return end;
      unsigned char c = (unsigned char)*at;
      if (c < 0x20 || c == '"' || c == '\\') return at;
      size_t step = c < 0x80 ? 1 : utf8_sequence(at, (size_t)(end - at));
      if (step == 0) return at;
      at += step;
    }
  }
}

static void put_escape(struct buffer *buffer, unsigned char c) {
  static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  const char *name = c == '\0' ? NULL : strchr(names, c);
  if (name == NULL) {
    buffer_printf(buffer, "\\u%04x", (unsigned)c);
    return;
  }
  buffer_putc(buffer, '\\');
  buffer_putc(buffer, letters[name - names]);
}

size_t json_text_put(struct buffer *buffer, const char *string, size_t length) {
  const char *at = string, *end = string + length;
  buffer_putc(buffer, '"');
  for (;;) {
    const char *special = find_special(at, end);
    buffer_append(buffer, at, (size_t)(special - at));
    if (special == end) break;
    if ((unsigned char)*special >= 0x80) return (size_t)(special - string);
    put_escape(buffer, (unsigned char)*special);
    at = special + 1;
  }
  buffer_putc(buffer, '"');
  return length;
}
