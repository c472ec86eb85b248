/*
** member_names.c: a cache of member names. A name's slot is the one of its hash or, if another name
** has that, the one beside it, where it replaces any name. The Lua string of the first slot is at index
** 1 of the table, and so on, so that it stays alive, and with it the bytes that the slot points to.
*/
#include "lua/json/member_names.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MEMBER_NAMES_KEY "harnest.member_names"
#define MEMBER_NAMES_SLOTS 256 /* even, so that each slot has one beside it */
/* Longer names, in bytes, are not cached, so that the cache stays small. */
#define MEMBER_NAMES_LONGEST 64

/* Up to this length, `first` and `last` of a slot have all bytes of the name. */
#define MEMBER_NAMES_WORDS (2 * sizeof(uint64_t))

struct slot {
  uint64_t first, last; /* bytes of the name, see words_of */
  const char *name;     /* NULL in an empty slot */
  size_t length;
};

struct member_names {
  struct slot slots[MEMBER_NAMES_SLOTS];
};

static uint64_t word_at(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint32_t half_at(const char *bytes) {
  uint32_t half;
  memcpy(&half, bytes, sizeof half);
  return half;
}

/* Sets `first` and `last` to the first and last bytes of a name, which may overlap. */
static void words_of(struct slot *slot) {
  const char *name = slot->name;
  size_t length = slot->length;
  if (length >= sizeof(uint64_t)) {
    slot->first = word_at(name);
    slot->last = word_at(name + length - sizeof(uint64_t));
  } else if (length >= sizeof(uint32_t)) {
    slot->first = half_at(name);
    slot->last = half_at(name + length - sizeof(uint32_t));
  } else if (length > 0) {
    slot->first = (unsigned char)name[0];
    slot->last = (unsigned)(unsigned char)name[length / 2] << 8 | (unsigned char)name[length - 1];
  }
}

/* Returns the index of the slot for a name. */
static size_t index_of(const struct slot *slot) {
  uint64_t mixed = (slot->first ^ slot->last << 29 ^ slot->last >> 35) + slot->length;
  return (size_t)(mixed * UINT64_C(0x9E3779B97F4A7C15) >> 32) % MEMBER_NAMES_SLOTS;
}

static bool is_same(const struct slot *one, const struct slot *other) {
  return one->first == other->first && one->last == other->last && one->length == other->length &&
         one->name != NULL &&
         (one->length <= MEMBER_NAMES_WORDS || memcmp(one->name, other->name, one->length) == 0);
}

void member_names_push(lua_State *L, struct member_names *names, int table, const char *name,
                       size_t length) {
  struct slot wanted = {.name = name, .length = length};
  words_of(&wanted);
  size_t index = index_of(&wanted);
  if (!is_same(&names->slots[index], &wanted) && names->slots[index].name != NULL) index ^= 1;
  if (is_same(&names->slots[index], &wanted)) {
    lua_rawgeti(L, table, (int)index + 1);
    return;
  }
  lua_pushlstring(L, name, length);
  if (length > MEMBER_NAMES_LONGEST) return;
  lua_pushvalue(L, -1);
  lua_rawseti(L, table, (int)index + 1);
  wanted.name = lua_tostring(L, -1);
  names->slots[index] = wanted;
}

struct member_names *member_names_push_table(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, MEMBER_NAMES_KEY);
  lua_rawgeti(L, -1, MEMBER_NAMES_SLOTS + 1);
  struct member_names *names = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return names;
}

void member_names_open(lua_State *L) {
  lua_createtable(L, MEMBER_NAMES_SLOTS + 1, 0);
  memset(lua_newuserdata(L, sizeof(struct member_names)), 0, sizeof(struct member_names));
  lua_rawseti(L, -2, MEMBER_NAMES_SLOTS + 1);
  lua_setfield(L, LUA_REGISTRYINDEX, MEMBER_NAMES_KEY);
}
