/*
** response_headers.c: the header fields of a response.
*/
#include "http/response_headers.h"

#include <ctype.h>
#include <string.h>

static bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* Appends "name: value", the name in lower case and the value trimmed; all of it or nothing. */
static bool append_field(struct buffer *headers, const char *line, size_t length,
                         const char *colon) {
  const char *value = colon + 1, *end = line + length;
  size_t before = headers->length;
  while (value < end && is_space(*value)) value++;
  while (end > value && is_space(end[-1])) end--;
  for (const char *c = line; c < colon; c++) buffer_putc(headers, (char)tolower((unsigned char)*c));
  buffer_puts(headers, ": ");
  buffer_append(headers, value, (size_t)(end - value));
  if (buffer_putc(headers, '\0')) return true;
  headers->length = before;
  return false;
}

bool response_headers_add(struct buffer *headers, bool *ended, const char *line, size_t length) {
  if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    buffer_clear(headers);
    *ended = false;
    return true;
  }
  if (length > 0 && (*line == '\r' || *line == '\n')) *ended = true;
  const char *colon = memchr(line, ':', length);
  if (colon == NULL || colon == line || memchr(line, '\0', length) != NULL) return true;
  return append_field(headers, line, length, colon);
}

bool response_headers_next(const struct buffer *headers, size_t *position, const char **name,
                           size_t *name_length, const char **value) {
  if (*position >= headers->length) return false;
  *name = headers->bytes + *position;
  size_t length = strlen(*name);
  /* redaction may have removed the colon with a secret */
  const char *colon = strstr(*name, ": ");
  *name_length = colon != NULL ? (size_t)(colon - *name) : length;
  *value = colon != NULL ? colon + 2 : *name + length;
  *position += length + 1;
  return true;
}

/* Returns the value of the next field with this name after `position`; NULL if there is none. */
static const char *next_value(const struct buffer *headers, const char *name, size_t *position) {
  const char *field, *value;
  size_t length;
  while (response_headers_next(headers, position, &field, &length, &value))
    if (strlen(name) == length && memcmp(field, name, length) == 0) return value;
  return NULL;
}

const char *response_headers_value(const struct buffer *headers, const char *name) {
  size_t position = 0;
  return next_value(headers, name, &position);
}

const char *response_headers_join(const struct buffer *headers, const char *name,
                                  struct buffer *joined) {
  size_t position = 0;
  for (const char *value; (value = next_value(headers, name, &position)) != NULL;) {
    if (joined->length > 0) buffer_puts(joined, ", ");
    buffer_puts(joined, value);
  }
  return joined->length > 0 ? buffer_text(joined) : NULL;
}
