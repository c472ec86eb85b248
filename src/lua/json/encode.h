/*
** encode.h: converts Lua values to JSON text without loss. A decoded value is encoded unchanged.
**
** Tables are read raw: metamethods are ignored. A table with items 1 to n is an array; one with
** string keys is an object. An empty table is an object, unless it is marked as an array or
** JSON:API requires an array in its context. Members are sorted by the bytes of their names, so
** equal values give equal texts. Integers are written as digits, floats with a point or an
** exponent. On a Lua without integers, whole numbers that fit in 64 bits are written as integers. A
** view is encoded as the tables that it shows (view.h).
**
** What JSON cannot represent raises an error that begins with its path, `attributes.lines[3].price:
** `: functions, other userdata, coroutines, NaN and infinities, tables with holes or with both
** kinds of keys, cycles, strings that are not UTF-8, and anything nested deeper than JSON_DEPTH.
*/
#ifndef HARNEST_ENCODE_H
#define HARNEST_ENCODE_H

#include <lua.h>

/* Where in a document the value is, which decides whether an empty table is an array. */
enum encode_context {
  ENCODE_PLAIN,         /* any JSON */
  ENCODE_DOCUMENT,      /* an object with `data`, or an array of these (atomic operations) */
  ENCODE_DATA,          /* resources, identifiers, null; an empty table is an empty array */
  ENCODE_RESOURCE,      /* one of these */
  ENCODE_RELATIONSHIPS, /* an object of relationships, each like a document */
};

/*
** The longest text in bytes. A table that contains one table many times can expand to any length.
*/
#define ENCODE_MAXIMUM (1 << 30)

/*
** Pushes the JSON text of the value at `index`. The path in an error begins with `root`, which may
** be NULL or empty. Runs no Lua code. [-0, +1, e]
*/
void encode_push(lua_State *L, int index, enum encode_context context, const char *root);

/*
** Adds to the table on top: encode(value, context, root, indent), where context is "plain" (the
** default), "document", "data", "resource" or "relationships"; set_array_marks(marks), see
** encode.c.
** [-0, +0, m]
*/
void encode_open(lua_State *L);

#endif
