/*
** json.h: JSON text, parsed once and walked by value. A C face over simdjson; it knows neither Lua nor HTTP.
**
** A json_document owns everything that was parsed. A json_value is a plain handle into it, good while the document
** lives; copying one costs nothing. No function throws, none calls back.
*/
#ifndef HARNEST_JSON_H
#define HARNEST_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define JSON_NOEXCEPT noexcept
#else
#define JSON_NOEXCEPT
#endif

struct json_document;

/* A handle to one value. `{0}` stands for no value at all: see json_exists. */
struct json_value {
  const void *document;
  size_t index;
};

enum json_type {
  JSON_ABSENT, /* only ever of a handle that stands for no value */
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_INTEGER,  /* fits int64_t */
  JSON_UNSIGNED, /* beyond INT64_MAX, fits uint64_t */
  JSON_FLOAT,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT
};

/* What one value holds, all that is needed to make something of it. */
struct json_content {
  enum json_type type;
  size_t length; /* bytes of a string; items or members of a container, at most 0xFFFFFF told */
  union {
    int64_t integer;
    uint64_t unsigned_integer;
    double number;
    const char *string; /* UTF-8, unescaped, may hold NUL */
  } as;
};

/* Walks the items of an array or the members of an object, in the order of the text. */
struct json_iterator {
  const void *document;
  size_t index;
  size_t end;
};

enum json_failure {
  JSON_FINE,
  JSON_NO_MEMORY,
  JSON_INVALID,   /* not JSON, or not UTF-8, or an integer beyond 64 bits, or a float beyond range */
  JSON_EMPTY,     /* no text at all */
  JSON_TOO_DEEP,  /* nested beyond JSON_DEPTH */
  JSON_BIG_NUMBER /* a number that not even a float can hold: only numbers_parse says so, see numbers.h */
};

/* How deep arrays and objects may nest. */
#define JSON_DEPTH 1024

/* Bytes that must be readable behind the text given to json_parse. They count for nothing; zeros calm memory checkers. */
#define JSON_PADDING 64

/*
** A document with nothing in it; NULL without memory. Ends with json_free. Its memory grows to some five times the
** longest text parsed and is used again by the next parse: parse into one document, keep what is wanted by json_pack.
*/
struct json_document *json_new(void) JSON_NOEXCEPT;

/* Frees a document and every value of it. NULL is allowed. */
void json_free(struct json_document *document) JSON_NOEXCEPT;

/*
** Parses `length` bytes of `text`, which must have JSON_PADDING readable bytes behind them. The text is not kept.
** What the document held before is gone. `reason` (never NULL) becomes a short English phrase on failure.
*/
enum json_failure json_parse(struct json_document *document, const char *text, size_t length,
                             const char **reason) JSON_NOEXCEPT;

/* The outermost value of what was parsed last. */
struct json_value json_root(const struct json_document *document) JSON_NOEXCEPT;

/* How many bytes json_pack needs for what was parsed last. */
size_t json_packed_size(struct json_document *document) JSON_NOEXCEPT;

/*
** Copies what was parsed last into `block`, `size` bytes (as json_packed_size said) aligned for any type, and returns the
** copy's root.
** The copy lives as long as the block does and needs no json_free. Other handles into the document become handles into
** the copy when their `document` is replaced by the root's.
*/
struct json_value json_pack(const struct json_document *document, void *block, size_t size) JSON_NOEXCEPT;

/* Whether the handle stands for a value. */
static inline bool json_exists(struct json_value value) {
  return value.document != NULL;
}

/* The type of a value; JSON_ABSENT for none. */
enum json_type json_type(struct json_value value) JSON_NOEXCEPT;

/* The type and contents of a value. */
struct json_content json_content(struct json_value value) JSON_NOEXCEPT;

/* The member of an object; no value when there is none or when `object` is no object. The last of duplicates counts. */
struct json_value json_member(struct json_value object, const char *name) JSON_NOEXCEPT;

/* The same for a name that may hold NUL. */
struct json_value json_member_n(struct json_value object, const char *name, size_t length) JSON_NOEXCEPT;

/* Starts a walk over an array or object; over anything else the walk is empty. */
struct json_iterator json_iterate(struct json_value container) JSON_NOEXCEPT;

/* The next item of an array; false at the end. */
bool json_next_item(struct json_iterator *iterator, struct json_value *item) JSON_NOEXCEPT;

/* The next member of an object; false at the end. */
bool json_next_member(struct json_iterator *iterator, const char **name, size_t *length,
                      struct json_value *value) JSON_NOEXCEPT;

/* Number of items or members of a container, exact; 0 for anything else. */
size_t json_count(struct json_value container) JSON_NOEXCEPT;

/* The largest whole number of 18 digits: twice that still fits. */
#define JSON_WHOLE_MOST INT64_C(999999999999999999)

/* A whole number from 0 to JSON_WHOLE_MOST written as a number or as text; -1 for anything else. */
int64_t json_whole(struct json_value value) JSON_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
