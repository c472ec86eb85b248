/*
** json_scan.h: reads JSON text without a copy: checks it, and returns the parts of the text that
** its values take. For text whose digits and order must be kept, and that is large.
*/
#ifndef HARNEST_JSON_SCAN_H
#define HARNEST_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "json/json.h"

/* A part of a text, not owned. `text` is NULL if there is none. */
struct json_span {
  const char *text;
  size_t length;
};

/* The position of a scan. All functions do nothing after the first problem, and return false. */
struct json_scan {
  const char *start, *end, *at;
  const char *problem; /* what is wrong at `at`, a literal; NULL for nothing */
};

/* Starts at the first token of the text, of which the scan keeps the address. */
struct json_scan json_scan_start(const char *text, size_t length);

/*
** Moves over a whole value, whose text is checked (RFC 8259), and sets `value` to it. It has at
** most JSON_DEPTH arrays and objects in each other. Numbers have any size. (Of the deepest texts
** json_parse takes only those whose innermost array or object is empty.)
*/
bool json_scan_value(struct json_scan *scan, struct json_span *value);

/*
** Enters the object or array that begins here. Returns false, without a problem, for another value.
*/
bool json_scan_enter(struct json_scan *scan, char bracket);

/*
** Moves to the value of the next member of the object that was entered, and sets `name` to its name
** without the quotes, escaped as in the text. Returns false at the end of the object, which it
** leaves, or at a problem. The caller moves over the value.
*/
bool json_scan_member(struct json_scan *scan, struct json_span *name);

/* The same for the next item of an array. */
bool json_scan_item(struct json_scan *scan);

/* Checks that nothing follows. */
bool json_scan_end(struct json_scan *scan);

/* Whether the text is one JSON value, with at most `depth` arrays and objects in each other. */
bool json_scan_is_valid(const char *text, size_t length, size_t depth);

/*
** Returns the line of a byte in the text, from 1, and sets `column` to its character in it, from 1.
*/
size_t json_scan_line(const struct json_scan *scan, const char *at, size_t *column);

/*
** Takes the next token off the checked text in `rest`, with the white space before it, and sets
** `token` to it. Returns false at the end.
*/
bool json_scan_token(struct json_span *rest, struct json_span *token);

/*
** Appends the text of a checked value without the white space between its tokens. On out of memory
** the buffer's `failed` is set.
*/
void json_scan_compact(struct buffer *out, struct json_span value);

#endif
