/*
** json_place.h: places in JSON text: the path to a byte, and the first one at which a text is not
** JSON.
*/
#ifndef HARNEST_JSON_PLACE_H
#define HARNEST_JSON_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "json/json.h"

/* A container that is open at a byte of the text. */
struct json_level {
  /*
  ** in an object, the latest string since the comma, directly before a value the value's name; ""
  ** for none; NULL in an array; points into the text
  */
  const char *name;
  size_t name_length;
  size_t index; /* index of the current item in an array */
};

/* The path to a byte. Zeroed memory is the start of a text. */
struct json_path {
  size_t depth; /* number of open containers; the first JSON_DEPTH of them are in `levels` */
  struct json_level levels[JSON_DEPTH];
};

/*
** Returns the length of the string, number or word that `text` begins with, else 1. `length` bytes
** (at least 1) are readable. A string without end has all of them.
*/
size_t json_token_length(const char *text, size_t length);

/* Moves the path over the token at `token`, of `length` bytes. */
void json_path_step(struct json_path *path, const char *token, size_t length);

/* Whether the level is an object and the latest name in it is `name`. */
bool json_level_is(const struct json_level *level, const char *name);

/* Appends the path and a colon, such as `data[0].attributes.a: `; nothing at the root. */
void json_path_describe(const struct json_path *path, struct buffer *out);

/*
** Finds the first string or word that JSON does not have, such as half of a surrogate pair or NaN,
** in a text that is not JSON. Appends its path, the problem and its offset in bytes, and returns
** true. Returns false and appends nothing if there is none, or if the text is cut short before. On
** out of memory `out` has failed, and the result is true.
*/
bool json_place_describe(const char *text, size_t length, struct buffer *out);

#endif
