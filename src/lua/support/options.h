/*
** options.h: tables of named options: one walker that checks them, and getters that read them.
**
** A room states its options as a static list and calls options_check once; then the getters may trust the table, as
** long as no Lua code ran in between. Tables are read raw, never written to.
**
**   static const struct option known[] = {{.name = "timeout", .type = OPTION_SECONDS}, {.name = NULL}};
**   options_check(L, 1, "option ", known);
**   double timeout = options_seconds(L, 1, "timeout", 30);
*/
#ifndef HARNEST_OPTIONS_H
#define HARNEST_OPTIONS_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

enum option_type {
  OPTION_ANY,    /* whoever reads it checks it */
  OPTION_STRING, /* any bytes */
  OPTION_TEXT,   /* a string, not empty, without control characters */
  OPTION_BOOLEAN,
  OPTION_SECONDS,          /* a finite number above 0 */
  OPTION_COUNT,            /* a whole number, 0 or more */
  OPTION_POSITIVE,         /* a whole number, 1 or more */
  OPTION_BYTES,            /* the same, called a size */
  OPTION_BOOLEAN_OR_BYTES, /* a size, or whether there is to be one */
  OPTION_FUNCTION,
  OPTION_TEXT_OR_FUNCTION,
  OPTION_TABLE,   /* whoever reads it checks what is in it */
  OPTION_TEXTS,   /* a text or an array of texts */
  OPTION_HEADERS, /* field names (RFC 9110 tokens) to strings without CR, LF, NUL */
  OPTION_CHOICE   /* one of `choices` */
};

struct option {
  const char *name; /* NULL ends a list */
  enum option_type type;
  const char *const *choices; /* for OPTION_CHOICE, ended by NULL */
};

/*
** Raises an error for the first key of the table at `index` that `list` does not have, or value that does not fit.
** `prefix` comes before the name: with "option ", `option timeout: expected a number of seconds above 0, got string`.
** The caller has made sure that it is a table. [-0, +0, e]
*/
void options_check(lua_State *L, int index, const char *prefix, const struct option *list);

/* The known name that `name` is probably a misspelling of; NULL when none is near. */
const char *options_nearest(const char *name, const struct option *list);

/* Pushes what to call the value at `index` behind "got", and returns it: a type, a number, null. [-0, +1, m] */
const char *options_describe(lua_State *L, int index);

/* Whether the value at `index` is a whole number from `least` to 2^53; a string of digits is not. [-0, +0, -] */
bool options_is_whole(lua_State *L, int index, lua_Number least);

/* Pushes the option; false, with nothing pushed, when it is absent. [-0, +(0|1), m] */
bool options_push(lua_State *L, int index, const char *name);

/* The option as a string, which the table owns, or `fallback` when it is absent or no string. [-0, +0, m] */
const char *options_string(lua_State *L, int index, const char *name, const char *fallback);

/* The option as a boolean. [-0, +0, m] */
bool options_boolean(lua_State *L, int index, const char *name, bool fallback);

/* The option as a number of seconds. [-0, +0, m] */
double options_seconds(lua_State *L, int index, const char *name, double fallback);

/* The option as a whole number: COUNT, POSITIVE, BYTES. [-0, +0, m] */
int64_t options_whole(lua_State *L, int index, const char *name, int64_t fallback);

#endif
