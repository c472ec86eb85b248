/*
** json_tape.h: simdjson's representation of parsed JSON.
**
** It is a "tape" of 64-bit words (simdjson's doc/tape.md). The top byte of a word is the type; the
** rest depends on the type. A string's word has the offset of its length and bytes. A number's bits
** are in the next word. The word that opens a container has the number of its items and the index
** after it. A member is its name followed by its value.
*/
#ifndef HARNEST_JSON_TAPE_H
#define HARNEST_JSON_TAPE_H

#include <stddef.h>
#include <stdint.h>

/* The parsed values. */
struct json_tape {
  const uint64_t *words;
  const char *strings; /* for each string: its length in 32 bits, its bytes, a NUL */
};

/*
** A handle to one value, valid while its tape is. Copied by value. `{0}` is no value: see
** json_exists.
*/
struct json_value {
  const struct json_tape *tape;
  size_t index;
};

/* The letters of the types. */
enum json_letter {
  JSON_TAPE_ARRAY = '[',
  JSON_TAPE_OBJECT = '{',
  JSON_TAPE_STRING = '"',
  JSON_TAPE_INTEGER = 'l',
  JSON_TAPE_UNSIGNED = 'u',
  JSON_TAPE_FLOAT = 'd',
  JSON_TAPE_TRUE = 't',
  JSON_TAPE_FALSE = 'f'
};

/* Index of the outermost value. */
#define JSON_TAPE_ROOT 1

/* Returns the letter of a word. For the word with a number's bits it is arbitrary. */
static inline int json_tape_letter(uint64_t word) {
  return (int)(word >> 56);
}

/*
** Returns the bits below the type: of a string its offset, of the first word the number of words.
*/
static inline size_t json_tape_payload(uint64_t word) {
  return (size_t)(word & UINT64_C(0x00FFFFFFFFFFFFFF));
}

/* The largest number of items or members that a container's word can count. */
#define JSON_TAPE_MOST 0xFFFFFF

static inline size_t json_tape_count(uint64_t word) {
  return (size_t)(word >> 32) & JSON_TAPE_MOST;
}

/* Returns the index after the value at `index`, which has that word. */
static inline size_t json_tape_after(uint64_t word, size_t index) {
  switch (json_tape_letter(word)) {
    case JSON_TAPE_ARRAY:
    case JSON_TAPE_OBJECT: return (uint32_t)word;
    case JSON_TAPE_INTEGER:
    case JSON_TAPE_UNSIGNED:
    case JSON_TAPE_FLOAT: return index + 2;
    default: return index + 1;
  }
}

#endif
