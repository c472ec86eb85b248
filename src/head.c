/*
** head.c: the fields of an answer's head.
*/
#include "head.h"

#include <string.h>

bool head_next(const struct buffer *head, size_t *position, const char **name, size_t *name_length,
               const char **value) {
  if (*position >= head->length) return false;
  *name = head->bytes + *position;
  size_t length = strlen(*name);
  /* what was taken out of a text may have left none: a secret may end in a colon */
  const char *colon = strstr(*name, ": ");
  *name_length = colon != NULL ? (size_t)(colon - *name) : length;
  *value = colon != NULL ? colon + 2 : *name + length;
  *position += length + 1;
  return true;
}

/* The value of the next field of that name behind `position`; NULL when there is none. */
static const char *next_value(const struct buffer *head, const char *name, size_t *position) {
  const char *field, *value;
  size_t length;
  while (head_next(head, position, &field, &length, &value))
    if (strlen(name) == length && memcmp(field, name, length) == 0) return value;
  return NULL;
}

const char *head_value(const struct buffer *head, const char *name) {
  size_t position = 0;
  return next_value(head, name, &position);
}

const char *head_join(const struct buffer *head, const char *name, struct buffer *joined) {
  size_t position = 0;
  for (const char *value; (value = next_value(head, name, &position)) != NULL;) {
    if (joined->length > 0) buffer_puts(joined, ", ");
    buffer_puts(joined, value);
  }
  return joined->length > 0 ? buffer_text(joined) : NULL;
}
