/*
** json_indent.c: adds white space to JSON text.
*/
#include "json/json_indent.h"

static void put_line(struct buffer *out, size_t spaces) {
  buffer_putc(out, '\n');
  for (; spaces > 0 && out->failed == BUFFER_FINE; spaces--) buffer_putc(out, ' ');
}

/* Returns the length of the string that begins with the quote at `text`, with both quotes. */
static size_t string_length(const char *text, const char *end) {
  const char *at = text + 1;
  while (at < end && *at != '"') at += *at == '\\' ? 2 : 1;
  return at < end ? (size_t)(at + 1 - text) : (size_t)(end - text);
}

void json_indent(struct buffer *out, const char *text, size_t length, size_t indent, size_t level) {
  const char *end = text + length;
  for (const char *at = text; at < end && out->failed == BUFFER_FINE; at++) {
    bool is_empty = at + 1 < end && (at[1] == ']' || at[1] == '}');
    switch (*at) {
      case '"': {
        size_t string = string_length(at, end);
        buffer_append(out, at, string);
        at += string - 1;
        break;
      }
      case '[':
      case '{':
        buffer_putc(out, *at);
        if (is_empty)
          buffer_putc(out, *++at);
        else
          put_line(out, ++level * indent);
        break;
      case ']':
      case '}':
        put_line(out, --level * indent);
        buffer_putc(out, *at);
        break;
      case ',':
        buffer_putc(out, ',');
        put_line(out, level * indent);
        break;
      case ':': buffer_puts(out, ": "); break;
      default: buffer_putc(out, *at);
    }
  }
}
