/*
** json_tape.h: how simdjson writes down what it parsed.
**
** It is a "tape" of 64-bit words, as simdjson's doc/tape.md says: the type in the top byte, below it what the type asks
** for. A string's word tells where its length and bytes lie; a number's bits are the next word; the word that opens a
** container tells how many are in it and where what follows it lies; a member is its name and then its value.
*/
#ifndef HARNEST_JSON_TAPE_H
#define HARNEST_JSON_TAPE_H

#include <stddef.h>
#include <stdint.h>

/* Where what was parsed lies. */
struct json_tape {
  const uint64_t *words;
  const char *strings; /* each one: its length, 32 bits; its bytes; a NUL */
};

/* A handle to one value, good while its tape is; copying one costs nothing. `{0}` stands for no value: see json_exists. */
struct json_value {
  const struct json_tape *tape;
  size_t index;
};

/* The letters that stand for types. */
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

/* Where the outermost value is. */
#define JSON_TAPE_ROOT 1

/* The letter of a word; of a number's bits, which are none, it may be anything. */
static inline int json_tape_letter(uint64_t word) {
  return (int)(word >> 56);
}

/* What stands below the type: of a string where it lies, of the tape's first word how many words there are. */
static inline size_t json_tape_payload(uint64_t word) {
  return (size_t)(word & UINT64_C(0x00FFFFFFFFFFFFFF));
}

/* The largest number of items or members that a container's word can tell. */
#define JSON_TAPE_MOST 0xFFFFFF

static inline size_t json_tape_count(uint64_t word) {
  return (size_t)(word >> 32) & JSON_TAPE_MOST;
}

/* Where what follows the value at `index` lies. */
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
