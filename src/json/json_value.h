/*
** json_value.h: one value of parsed JSON text, and the walk over what is in it. The walk stands in this header because
** all that a list gives comes through it, value by value.
*/
#ifndef HARNEST_JSON_VALUE_H
#define HARNEST_JSON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "json/json_tape.h"

enum json_type {
  JSON_ABSENT, /* only ever of a handle that stands for no value */
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

/* What one value holds, all that is needed to make something of it. */
struct json_content {
  enum json_type type;
  size_t
      length; /* bytes of a string; items or members of a container, at most JSON_TAPE_MOST told */
  union {
    int64_t integer;
    uint64_t unsigned_integer;
    double number;
    const char *string; /* UTF-8, unescaped, may hold NUL */
  } as;
};

/* Walks the items of an array or the members of an object, in the order of the text. */
struct json_iterator {
  const struct json_tape *tape;
  size_t index;
  size_t end;
};

/* The bytes of the string with that word, and their number. */
static inline const char *json_string_at(const struct json_tape *tape, uint64_t word,
                                         size_t *length) {
  const char *string = tape->strings + json_tape_payload(word);
  uint32_t bytes;
  memcpy(&bytes, string, sizeof bytes);
  *length = bytes;
  return string + sizeof bytes;
}

/* Whether the handle stands for a value. */
static inline bool json_exists(struct json_value value) {
  return value.tape != NULL;
}

/* The type and contents of a value. */
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
    default: content.type = JSON_NULL; break; /* the ends of containers are never handed out */
  }
  return content;
}

/* The type of a value; JSON_ABSENT for none. */
static inline enum json_type json_type(struct json_value value) {
  return json_content(value).type;
}

/* Starts a walk over an array or object; over anything else the walk is empty. */
static inline struct json_iterator json_iterate(struct json_value container) {
  enum json_type type = json_type(container);
  if (type != JSON_ARRAY && type != JSON_OBJECT) return (struct json_iterator){NULL, 0, 0};
  size_t after = json_tape_after(container.tape->words[container.index], container.index);
  return (struct json_iterator){container.tape, container.index + 1, after - 1};
}

/* The next item of an array; false at the end. */
static inline bool json_next_item(struct json_iterator *iterator, struct json_value *item) {
  if (iterator->index >= iterator->end) return false;
  *item = (struct json_value){iterator->tape, iterator->index};
  iterator->index = json_tape_after(iterator->tape->words[iterator->index], iterator->index);
  return true;
}

/* The next member of an object; false at the end. */
static inline bool json_next_member(struct json_iterator *iterator, const char **name,
                                    size_t *length, struct json_value *value) {
  if (iterator->index >= iterator->end) return false;
  *name = json_string_at(iterator->tape, iterator->tape->words[iterator->index], length);
  iterator->index++;
  return json_next_item(iterator, value);
}

/* The member of an object; no value when there is none or when `object` is no object. The last of duplicates counts. */
struct json_value json_member(struct json_value object, const char *name);

/* The same for a name that may hold NUL. */
struct json_value json_member_n(struct json_value object, const char *name, size_t length);

/* Number of items or members of a container, exact; 0 for anything else. */
size_t json_count(struct json_value container);

/* The largest whole number of 18 digits: twice that still fits. */
#define JSON_WHOLE_MOST INT64_C(999999999999999999)

/* A whole number from 0 to JSON_WHOLE_MOST written as a number or as text; -1 for anything else. */
int64_t json_whole(struct json_value value);

#endif
