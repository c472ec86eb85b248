/*
** options.h: checks tables of named options, and reads them.
**
** A module declares its options as a static list and calls options_check once. After that the
** getters can rely on the types, as long as no Lua code ran in between. Tables are read raw and
** never written to.
**
**   static const struct option known[] = {{.name = "timeout", .type = OPTION_SECONDS},
**                                          {.name = NULL}};
**   options_check(L, 1, "option ", known);
**   double timeout = options_seconds(L, 1, "timeout", 30);
*/
#ifndef HARNEST_OPTIONS_H
#define HARNEST_OPTIONS_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

enum option_type {
  OPTION_ANY,    /* the caller checks it */
  OPTION_STRING, /* any bytes */
  OPTION_TEXT,   /* a string, not empty, without control characters */
  OPTION_BOOLEAN,
  OPTION_SECONDS,  /* a finite number above 0 */
  OPTION_COUNT,    /* a whole number from 0 to `most` */
  OPTION_POSITIVE, /* a whole number from 1 to `most` */
  OPTION_BYTES,    /* a whole number of bytes from 1 to `most` */
  OPTION_CACHE,    /* a boolean, a whole number of bytes, or a table, which the caller checks */
  OPTION_FUNCTION,
  OPTION_TEXT_OR_FUNCTION,
  OPTION_TEXT_OR_FALSE,
  OPTION_TABLE,   /* the caller checks its members */
  OPTION_TEXTS,   /* a text or an array of texts */
  OPTION_HEADERS, /* field names (RFC 9110 tokens) to strings without CR, LF, NUL */
  OPTION_CHOICE   /* one of `choices` */
};

struct option {
  const char *name; /* NULL ends a list */
  enum option_type type;
  const char *const *choices; /* for OPTION_CHOICE, ended by NULL */
  int most;                   /* the largest whole number; 0 for 2^53 */
};

/*
** Raises a usage error for the first key of the table at `index` that `list` does not have, or for
** the first value that does not fit. `prefix` comes before the name: with "option ", `option
** timeout: expected a finite number of seconds above 0, got string`. The caller must make sure that
** the value is a table. [-0, +0, e]
*/
void options_check(lua_State *L, int index, const char *prefix, const struct option *list);

/*
** Suggests another place for an unknown name, a string at stack index `key`, whose value is at the
** next index: pushes a path such as `filter.status` and returns true, or returns false.
** [-0, +(0|1), m]
*/
typedef bool options_suggest(lua_State *L, int key);

/*
** As options_check. If no known name is similar to an unknown one, the error names the place that
** `suggest` (may be NULL) returns. [-0, +0, e]
*/
void options_check_or_suggest(lua_State *L, int index, const char *prefix,
                              const struct option *list, options_suggest *suggest);

/*
** Pushes a description of the value at `index`, to follow "got", and returns it: a type, a number,
** null. Never shows a string, which may be a secret. [-0, +1, m]
*/
const char *options_describe(lua_State *L, int index);

/*
** Pushes a description of the table at `index`, to follow "got", where another kind of table was
** expected: an array, a table of names and values, an array with holes. Returns it. [-0, +1, m]
*/
const char *options_describe_table(lua_State *L, int index);

/*
** Raises a usage error if the name at absolute `index`, a string, is not in `list` but similar to
** one that is. The error says to pass the name in params if it is meant. [-0, +0, v]
*/
void options_refuse_similar(lua_State *L, int index, const char *prefix, const struct option *list);

/*
** Returns whether the value at `index` is a whole number from `least` to 2^53. A string of digits
** is not. [-0, +0, -]
*/
bool options_is_whole(lua_State *L, int index, lua_Number least);

/*
** Pushes the option `name` of the table at `index`. Returns false and pushes nothing if it is
** absent. [-0, +(0|1), m]
*/
bool options_push(lua_State *L, int index, const char *name);

/* Whether an option is given. [-0, +0, m] */
bool options_has(lua_State *L, int index, const char *name);

/*
** Returns the option as a string that the table owns, or `fallback` if it is absent or no string.
** [-0, +0, m]
*/
const char *options_string(lua_State *L, int index, const char *name, const char *fallback);

/* Returns the option as a boolean, or `fallback`. [-0, +0, m] */
bool options_boolean(lua_State *L, int index, const char *name, bool fallback);

/* Returns the option in seconds, or `fallback`. [-0, +0, m] */
double options_seconds(lua_State *L, int index, const char *name, double fallback);

/* Returns an option of type COUNT, POSITIVE or BYTES, or `fallback`. [-0, +0, m] */
int64_t options_whole(lua_State *L, int index, const char *name, int64_t fallback);

/*
** Pops a string, stores it as `name` in the table at absolute `index`, which owns it, and returns
** it. [-1, +0, m]
*/
const char *options_keep(lua_State *L, int index, const char *name);

/* Raises the usage error `option NAME: PROBLEM`. [-0, +0, v] */
int options_refuse(lua_State *L, const char *name, const char *problem);

#endif
