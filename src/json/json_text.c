/*
** json_text.c: writes parsed values as JSON.
*/
#include "json/json_text.h"

#include <stdlib.h>

#include "base/number_format.h"
#include "json/json_write.h"

static void append_array(struct buffer *text, struct json_value array) {
  struct json_iterator items = json_iterate(array);
  struct json_value item;
  buffer_putc(text, '[');
  for (bool is_first = true; json_next_item(&items, &item); is_first = false) {
    if (!is_first) buffer_putc(text, ',');
    json_text_append(text, item);
  }
  buffer_putc(text, ']');
}

/* Appends the members, each with a comma, and sorts them. `members` has room for all. */
static void append_members(struct buffer *text, struct json_value object,
                           struct json_write_member *members) {
  struct json_iterator iterator = json_iterate(object);
  struct json_value value;
  const char *name;
  size_t length, count = 0;
  for (; json_next_member(&iterator, &name, &length, &value); count++) {
    members[count].start = text->length;
    json_write_string(text, name, length);
    members[count].name_length = text->length - members[count].start - 2;
    buffer_putc(text, ':');
    json_text_append(text, value);
    buffer_putc(text, ',');
    members[count].length = text->length - members[count].start;
  }
  if (text->failed == BUFFER_FINE) json_write_sort(text, members, count);
}

static void append_object(struct buffer *text, struct json_value object) {
  size_t count = json_count(object);
  if (count == 0) {
    buffer_puts(text, "{}");
    return;
  }
  struct json_write_member *members = malloc(count * sizeof *members);
  if (members == NULL) {
    text->failed = BUFFER_NO_MEMORY;
    return;
  }
  buffer_putc(text, '{');
  append_members(text, object, members);
  free(members);
  if (text->failed == BUFFER_FINE) text->bytes[text->length - 1] = '}';
}

void json_text_append(struct buffer *text, struct json_value value) {
  char number[NUMBER_FORMAT_SIZE];
  struct json_content content = json_content(value);
  switch (content.type) {
    case JSON_ABSENT:
    case JSON_NULL: buffer_puts(text, "null"); break;
    case JSON_FALSE: buffer_puts(text, "false"); break;
    case JSON_TRUE: buffer_puts(text, "true"); break;
    case JSON_INTEGER:
      buffer_append(text, number, number_format_integer(content.as.integer, number));
      break;
    case JSON_UNSIGNED:
      buffer_append(text, number, number_format_unsigned(content.as.unsigned_integer, number));
      break;
    case JSON_FLOAT:
      buffer_append(text, number, number_format_float(content.as.number, number));
      break;
    case JSON_STRING: json_write_string(text, content.as.string, content.length); break;
    case JSON_ARRAY: append_array(text, value); break;
    case JSON_OBJECT: append_object(text, value); break;
  }
}
