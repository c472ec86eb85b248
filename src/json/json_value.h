/*
** json_value.h: one value of parsed JSON, and iteration over containers. Iteration is inline
** because every value of a list is read through it.
*/
#ifndef HARNEST_JSON_VALUE_H
#define HARNEST_JSON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "json/json_tape.h"

enum json_type {
  JSON_ABSENT, /* only the type of a handle without a value */
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_INTEGER,  /* fits int64_t */
  JSON_UNSIGNED, /* beyond INT64_MAX, fits uint64_t */
  JSON_FLOAT,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT
};

/* The type and contents of one value. */
struct json_content {
  enum json_type type;
  /*
  ** bytes of a string; items or members of a container, at most JSON_TAPE_MOST (json_count is
  ** exact)
  */
  size_t length;
  union {
    int64_t integer;
    uint64_t unsigned_integer;
    double number;
    const char *string; /* UTF-8, unescaped, may contain NUL; not owned */
  } as;
};

/* Iterates over the items of an array or the members of an object, in the order of the text. */
struct json_iterator {
  const struct json_tape *tape;
  size_t index;
  size_t end;
};

/* Returns the bytes of the string with that word, and sets `length` to their number. */
static inline const char *json_string_at(const struct json_tape *tape, uint64_t word,
                                         size_t *length) {
  const char *string = tape->strings + json_tape_payload(word);
  uint32_t bytes;
  memcpy(&bytes, string, sizeof bytes);
  *length = bytes;
  return string + sizeof bytes;
}

/* Whether the handle has a value. */
static inline bool json_exists(struct json_value value) {
  return value.tape != NULL;
}

/* Returns the type and contents of a value. */
static inline struct json_content json_content(struct json_value value) {
  struct json_content content = {JSON_ABSENT, 0, {0}};
  if (!json_exists(value)) return content;
  uint64_t word = value.tape->words[value.index];
  switch (json_tape_letter(word)) {
    case JSON_TAPE_STRING:
      content.type = JSON_STRING;
      content.as.string = json_string_at(value.tape, word, &content.length);
      break;
    case JSON_TAPE_INTEGER:
      content.type = JSON_INTEGER;
      memcpy(&content.as.integer, value.tape->words + value.index + 1, sizeof content.as.integer);
      break;
    case JSON_TAPE_UNSIGNED:
      content.type = JSON_UNSIGNED;
      content.as.unsigned_integer = value.tape->words[value.index + 1];
      break;
    case JSON_TAPE_FLOAT:
      content.type = JSON_FLOAT;
      memcpy(&content.as.number, value.tape->words + value.index + 1, sizeof content.as.number);
      break;
    case JSON_TAPE_ARRAY:
      content.type = JSON_ARRAY;
      content.length = json_tape_count(word);
      break;
    case JSON_TAPE_OBJECT:
      content.type = JSON_OBJECT;
      content.length = json_tape_count(word);
      break;
    case JSON_TAPE_TRUE: content.type = JSON_TRUE; break;
    case JSON_TAPE_FALSE: content.type = JSON_FALSE; break;
    default: content.type = JSON_NULL; break; /* a handle never refers to the end of a container */
  }
  return content;
}

/* Returns the type of a value; JSON_ABSENT if it has none. */
static inline enum json_type json_type(struct json_value value) {
  return json_content(value).type;
}

/* Starts an iteration over an array or object. For any other value it is empty. */
static inline struct json_iterator json_iterate(struct json_value container) {
  enum json_type type = json_type(container);
  if (type != JSON_ARRAY && type != JSON_OBJECT) return (struct json_iterator){NULL, 0, 0};
  size_t after = json_tape_after(container.tape->words[container.index], container.index);
  return (struct json_iterator){container.tape, container.index + 1, after - 1};
}

/* Starts an iteration over an object; one that has ended for another value. */
static inline struct json_iterator json_iterate_object(struct json_value value) {
  return json_type(value) == JSON_OBJECT ? json_iterate(value) : (struct json_iterator){NULL, 0, 0};
}

/* Sets `item` to the next item of an array. Returns false at the end. */
static inline bool json_next_item(struct json_iterator *iterator, struct json_value *item) {
  if (iterator->index >= iterator->end) return false;
  *item = (struct json_value){iterator->tape, iterator->index};
  iterator->index = json_tape_after(iterator->tape->words[iterator->index], iterator->index);
  return true;
}

/* Sets `name`, `length` and `value` to the next member of an object. Returns false at the end. */
static inline bool json_next_member(struct json_iterator *iterator, const char **name,
                                    size_t *length, struct json_value *value) {
  if (iterator->index >= iterator->end) return false;
  *name = json_string_at(iterator->tape, iterator->tape->words[iterator->index], length);
  iterator->index++;
  return json_next_item(iterator, value);
}

/*
** Returns the member of an object with that name, the last one of duplicates. Returns no value if
** there is none or if `object` is not an object.
*/
struct json_value json_member(struct json_value object, const char *name);

/* The same for a name of `length` bytes, which may contain NUL. */
struct json_value json_member_n(struct json_value object, const char *name, size_t length);

/* Returns the exact number of items or members of a container; 0 for any other value. */
size_t json_count(struct json_value container);

/* The largest whole number of 18 digits. Twice this still fits an int64_t. */
#define JSON_WHOLE_MOST INT64_C(999999999999999999)

/*
** Returns a whole number from 0 to JSON_WHOLE_MOST that is given as a number or as text; -1 for any
** other value.
*/
int64_t json_whole(struct json_value value);

/* The same for a NUL-terminated text of digits, which may be NULL. */
int64_t json_whole_of_text(const char *text);

#endif
