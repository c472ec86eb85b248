/*
** json_value.c: functions on parsed JSON beyond iteration.
*/
#include "json/json_value.h"

static int64_t parse_whole(const char *digits, size_t length) {
  if (length == 0 || length > 18) return -1;
  int64_t whole = 0;
  for (size_t i = 0; i < length; i++) {
    if (digits[i] < '0' || digits[i] > '9') return -1;
    whole = whole * 10 + (digits[i] - '0');
  }
  return whole;
}

/* Floats represent every whole number up to 2^53. */
static int64_t whole_of_float(double number) {
  if (!(number >= 0 && number <= 9007199254740992.0)) return -1;
  int64_t whole = (int64_t)number;
  return (double)whole < number ? -1 : whole;
}

int64_t json_whole_of_text(const char *text) {
  return text == NULL ? -1 : parse_whole(text, strlen(text));
}

int64_t json_whole(struct json_value value) {
  struct json_content content = json_content(value);
  switch (content.type) {
    case JSON_INTEGER:
      return content.as.integer < 0 || content.as.integer > JSON_WHOLE_MOST ? -1
                                                                            : content.as.integer;
    case JSON_FLOAT: return whole_of_float(content.as.number);
    case JSON_STRING: return parse_whole(content.as.string, content.length);
    default: return -1;
  }
}

struct json_value json_member_n(struct json_value object, const char *name, size_t length) {
  struct json_value found = {NULL, 0}, value;
  if (json_type(object) != JSON_OBJECT) return found;
  struct json_iterator members = json_iterate(object);
  const char *key;
  size_t key_length;
  while (json_next_member(&members, &key, &key_length, &value))
    if (key_length == length && memcmp(key, name, length) == 0) found = value;
  return found;
}

struct json_value json_member(struct json_value object, const char *name) {
  return json_member_n(object, name, strlen(name));
}

/* On the tape a member is two values, its name and its value. */
static size_t count_by_iterating(struct json_value container) {
  struct json_iterator values = json_iterate(container);
  struct json_value value;
  size_t count = 0;
  while (json_next_item(&values, &value)) count++;
  return json_type(container) == JSON_OBJECT ? count / 2 : count;
}

size_t json_count(struct json_value container) {
  struct json_content content = json_content(container);
  if (content.type != JSON_ARRAY && content.type != JSON_OBJECT) return 0;
  return content.length < JSON_TAPE_MOST ? content.length : count_by_iterating(container);
}
