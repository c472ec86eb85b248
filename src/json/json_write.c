/*
** json_write.c: parts of JSON text.
*/
#include "json/json_write.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
** Whether one of eight bytes is a control character, a quote, a backslash or not ASCII. May return
** true for other bytes.
*/
static bool is_special(uint64_t bytes) {
  uint64_t quotes = bytes ^ EACH_BYTE('"'), backslashes = bytes ^ EACH_BYTE('\\');
  uint64_t found = bytes - EACH_BYTE(0x20);
  found |= quotes - EACH_BYTE(1);
  found |= backslashes - EACH_BYTE(1);
  return ((found | bytes) & EACH_BYTE(0x80)) != 0;
}

/*
** Returns the first byte from `at` on that needs an escape or is not UTF-8; `end` if there is none.
*/
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

static void put_escape(struct buffer *text, unsigned char c) {
  static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  const char *name = c == '\0' ? NULL : strchr(names, c);
  if (name == NULL) {
    buffer_printf(text, "\\u%04x", (unsigned)c);
    return;
  }
  buffer_putc(text, '\\');
  buffer_putc(text, letters[name - names]);
}

size_t json_write_string(struct buffer *text, const char *string, size_t length) {
  const char *at = string, *end = string + length;
  buffer_putc(text, '"');
  for (;;) {
    const char *special = find_special(at, end);
    buffer_append(text, at, (size_t)(special - at));
    if (special == end) break;
    if ((unsigned char)*special >= 0x80) return (size_t)(special - string);
    put_escape(text, (unsigned char)*special);
    at = special + 1;
  }
  buffer_putc(text, '"');
  return length;
}

static int compare_members(const void *a, const void *b) {
  const struct json_write_member *first = a, *second = b;
  return text_compare(first->name, first->name_length, second->name, second->name_length);
}

void json_write_sort(struct buffer *text, struct json_write_member *members, size_t count) {
  size_t start = members[0].start, length = text->length - start;
  bool is_sorted = true;
  for (size_t i = 0; i < count; i++) {
    members[i].name = text->bytes + members[i].start + 1;
    if (i > 0 && compare_members(&members[i - 1], &members[i]) > 0) is_sorted = false;
  }
  if (is_sorted || !buffer_reserve(text, length)) return;
  for (size_t i = 0; i < count; i++) members[i].name = text->bytes + members[i].start + 1;
  qsort(members, count, sizeof *members, compare_members);
  char *sorted = text->bytes + text->length;
  for (size_t i = 0; i < count; i++) {
    memcpy(sorted, text->bytes + members[i].start, members[i].length);
    sorted += members[i].length;
  }
  memcpy(text->bytes + start, text->bytes + text->length, length);
}
