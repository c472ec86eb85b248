/*
** response_headers.c: the header fields of a response.
*/
#include "http/response_headers.h"

#include <ctype.h>
#include <string.h>

static bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* Appends a value without the space around it, and a NUL. Returns false if that failed. */
static bool append_value(struct buffer *headers, const char *value, const char *end) {
  while (value < end && is_space(*value)) value++;
  while (end > value && is_space(end[-1])) end--;
  return buffer_append(headers, value, (size_t)(end - value)) && buffer_putc(headers, '\0');
}

/* Appends "name: value", the name in lower case; all of it or nothing. */
static bool append_field(struct buffer *headers, const char *line, size_t length,
                         const char *colon) {
  size_t before = headers->length;
  for (const char *c = line; c < colon; c++) buffer_putc(headers, (char)tolower((unsigned char)*c));
  buffer_puts(headers, ": ");
  if (append_value(headers, colon + 1, line + length)) return true;
  headers->length = before;
  return false;
}

/* Appends a line to the last field, which gets one space before it unless its value is empty. */
static bool continue_field(struct buffer *headers, const char *line, size_t length) {
  size_t before = headers->length, end = before - 1;
  bool is_blank = true;
  for (size_t i = 0; i < length; i++) is_blank = is_blank && is_space(line[i]);
  if (is_blank) return true;
  headers->length = end; /* the NUL is overwritten */
  if ((headers->bytes[end - 1] == ' ' || buffer_putc(headers, ' ')) &&
      append_value(headers, line, line + length))
    return true;
  headers->length = before;
  headers->bytes[end] = '\0';
  return false;
}

bool response_headers_add(struct buffer *headers, enum response_headers_state *state,
                          const char *line, size_t length) {
  if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    buffer_clear(headers);
    *state = RESPONSE_HEADERS_BEGIN;
    return true;
  }
  if (*state == RESPONSE_HEADERS_END || length == 0) return true;
  if (*line == '\r' || *line == '\n') {
    *state = RESPONSE_HEADERS_END;
    return true;
  }
  bool is_text = memchr(line, '\0', length) == NULL;
  if (*line == ' ' || *line == '\t')
    return *state != RESPONSE_HEADERS_FIELD || !is_text || continue_field(headers, line, length);
  const char *colon = memchr(line, ':', length);
  bool is_field = colon != NULL && colon != line && is_text;
  *state = is_field ? RESPONSE_HEADERS_FIELD : RESPONSE_HEADERS_BEGIN;
  return !is_field || append_field(headers, line, length, colon);
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
  size_t length = strlen(name);
  while (*position < headers->length) {
    const char *field = headers->bytes + *position;
    *position += strlen(field) + 1;
    if (*field == *name && strncmp(field, name, length) == 0 &&
        strncmp(field + length, ": ", 2) == 0)
      return field + length + 2;
  }
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
