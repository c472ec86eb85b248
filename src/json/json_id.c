/*
** json_id.c: resource ids as text.
*/
#include "json/json_id.h"

#include <string.h>

/* The number without a trailing ".0". */
static size_t format_float(double id, char number[NUMBER_FORMAT_SIZE]) {
  size_t length = number_format_float(id, number);
  bool is_whole = length > 2 && memcmp(number + length - 2, ".0", 2) == 0;
  return is_whole ? length - 2 : length;
}

bool json_id_text(struct json_value id, char number[NUMBER_FORMAT_SIZE], const char **text,
                  size_t *length) {
  struct json_content content = json_content(id);
  const char *found = number;
  switch (content.type) {
    case JSON_STRING:
      found = content.as.string;
      *length = content.length;
      break;
    case JSON_INTEGER: *length = number_format_integer(content.as.integer, number); break;
    case JSON_UNSIGNED:
      *length = number_format_unsigned(content.as.unsigned_integer, number);
      break;
    case JSON_FLOAT: *length = format_float(content.as.number, number); break;
    default: return false;
  }
  *text = found;
  return true;
}
