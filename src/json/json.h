/*
** json.h: JSON text, parsed once and walked by value. A C pollfd over simdjson; it knows neither Lua nor HTTP.
**
** A json_document owns everything that was parsed; its values (json_value.h) are good while it lives. No function throws,
** none calls back.
*/
#ifndef HARNEST_JSON_H
#define HARNEST_JSON_H

#include "json/json_tape.h"

#ifdef __cplusplus
extern "C" {
#define JSON_NOEXCEPT noexcept
#else
#define JSON_NOEXCEPT
#endif

struct json_document;

enum json_failure {
  JSON_FINE,
  JSON_NO_MEMORY,
  JSON_INVALID,  /* not JSON, or not UTF-8, or an integer beyond 64 bits, or a float beyond range */
  JSON_EMPTY,    /* no text at all */
  JSON_TOO_DEEP, /* nested beyond JSON_DEPTH */
  JSON_BIG_NUMBER /* a number that not even a float can hold: only json_bigint_parse says so, see numbers.h */
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
** the copy when their `tape` is replaced by the root's.
*/
struct json_value json_pack(const struct json_document *document, void *block,
                            size_t size) JSON_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
