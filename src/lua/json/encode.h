/*
** encode.h: a Lua value written as JSON text, losing nothing. What a reading gave is written back unchanged.
**
** Tables are read raw, so that neither metatables nor views of them matter. One with items 1 to n is an array, one with
** names an object, and an empty one an object, unless it is marked as an array or stands where JSON:API has one. Members
** come in the order of their names' bytes, so that equal values give equal texts. Integers are written in digits, floats
** with a point or an exponent; where Lua has no integers, whole numbers that fit 64 bits are integers. A view is written
** as the tables that it shows (view.h).
**
** What JSON cannot hold raises an error that begins with its path, `attributes.lines[3].price: `: functions, other userdata,
** coroutines, NaN and infinities, tables with holes or with both kinds of keys, cycles, strings that are not UTF-8, and
** whatever is nested deeper than JSON_DEPTH.
*/
#ifndef HARNEST_ENCODE_H
#define HARNEST_ENCODE_H

#include <lua.h>

/* What the value is, which decides where an empty table must be an array. */
enum encode_place {
  ENCODE_PLAIN,    /* any JSON */
  ENCODE_DOCUMENT, /* an object with `data` and the like, or an array of them (atomic operations) */
  ENCODE_DATA,     /* resources, identifiers, null; an empty table is an empty array */
  ENCODE_RESOURCE, /* one of these */
  ENCODE_RELATIONSHIPS, /* an object of relationships, each like a document */
};

/* The longest text that is written. Tables that hold one table many times over can ask for any length. */
#define ENCODE_MAXIMUM (1 << 30)

/*
** Pushes the JSON text of the value at `index`. Complaints' paths begin with `root`, which may be NULL or empty.
** Runs no Lua code. [-0, +1, e]
*/
void encode_push(lua_State *L, int index, enum encode_place place, const char *root);

/*
** Adds to the table on top: encode(value, place, root): the text; place is "plain" (the default), "document", "data",
** "resource" or "relationships"; set_array_marks(marks): see encode.c. [-0, +0, m]
*/
void encode_open(lua_State *L);

#endif
