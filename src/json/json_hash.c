/*
** json_hash.c: a hash of a parsed value. It reads the tape without recursion: containers are hashed
** by the words that open and close them. The strings of a value follow one another in memory, each
** with its length, so that they are hashed as one text.
*/
#include "json/json_hash.h"

#include <string.h>

#include "base/hash.h"

#define LANES 4 /* hashes of a text that the processor computes at the same time */

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return hash ^ hash >> 32;
}

/* Mixes in the first bytes of a text, at most a word. */
static uint64_t mix_bytes(uint64_t hash, const char *bytes, size_t length) {
  uint64_t word = 0;
  memcpy(&word, bytes, length);
  return mix(hash, word);
}

/* Mixes in a text, a word at a time in each lane. */
static uint64_t mix_text(uint64_t hash, const char *bytes, size_t length) {
  const size_t word = sizeof hash;
  uint64_t lanes[LANES];
  for (size_t i = 0; i < LANES; i++) lanes[i] = mix(hash, length + i);
  for (; length >= LANES * word; bytes += LANES * word, length -= LANES * word)
    for (size_t i = 0; i < LANES; i++) lanes[i] = mix_bytes(lanes[i], bytes + i * word, word);
  for (size_t i = 0; i < LANES; i++) hash = mix(hash, lanes[i]);
  for (; length >= word; bytes += word, length -= word) hash = mix_bytes(hash, bytes, word);
  return mix_bytes(hash, bytes, length);
}

uint64_t json_hash(struct json_value value, size_t most_words) {
  uint64_t hash = HASH_START;
  if (!json_exists(value)) return hash;
  const struct json_tape *tape = value.tape;
  size_t index = value.index, end = json_tape_after(tape->words[index], index);
  if (end - index > most_words) end = index + most_words;
  const char *first = NULL, *last = NULL; /* strings */
  for (; index < end; index++) {
    uint64_t word = tape->words[index];
    int letter = json_tape_letter(word);
    hash = hash_byte(hash, (unsigned char)letter);
    switch (letter) {
      case JSON_TAPE_STRING:
        last = tape->strings + json_tape_payload(word);
        if (first == NULL) first = last;
        break;
      case JSON_TAPE_INTEGER:
      case JSON_TAPE_UNSIGNED:
      case JSON_TAPE_FLOAT: hash = mix(hash, tape->words[++index]); break;
      default: break; /* the rest of the word is an index or a count */
    }
  }
  if (first != NULL) {
    uint32_t length;
    memcpy(&length, last, sizeof length);
    hash = mix_text(hash, first, (size_t)(last - first) + sizeof length + length);
  }
  return hash == 0 ? 1 : hash;
}
