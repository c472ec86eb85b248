/*
** json_hash.c: a hash of a parsed value. It reads the tape without recursion: containers are hashed
** by the words that open and close them.
*/
#include "json/json_hash.h"

#include <string.h>

#include "base/hash.h"

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return hash ^ hash >> 32;
}

/* Mixes a string, eight bytes at a time. */
static uint64_t mix_string(uint64_t hash, const char *bytes, size_t length) {
  uint64_t word;
  hash = mix(hash, length);
  for (; length >= sizeof word; bytes += sizeof word, length -= sizeof word) {
    memcpy(&word, bytes, sizeof word);
    hash = mix(hash, word);
  }
  word = 0;
  memcpy(&word, bytes, length);
  return mix(hash, word);
}

uint64_t json_hash(struct json_value value, size_t most_words) {
  uint64_t hash = HASH_START;
  if (!json_exists(value)) return hash;
  const struct json_tape *tape = value.tape;
  size_t index = value.index, end = json_tape_after(tape->words[index], index);
  if (end - index > most_words) end = index + most_words;
  while (index < end) {
    uint64_t word = tape->words[index];
    int letter = json_tape_letter(word);
    size_t length;
    hash = mix(hash, (uint64_t)letter);
    switch (letter) {
      case JSON_TAPE_STRING: {
        const char *bytes = json_string_at(tape, word, &length);
        hash = mix_string(hash, bytes, length);
        break;
      }
      case JSON_TAPE_INTEGER:
      case JSON_TAPE_UNSIGNED:
      case JSON_TAPE_FLOAT: hash = mix(hash, tape->words[++index]); break;
      default: break; /* the rest of the word is an index or a count */
    }
    index++;
  }
  return hash == 0 ? 1 : hash;
}
