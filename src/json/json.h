/*
** json.h: JSON parsing. A C interface to simdjson.
**
** A json_document owns everything that it parsed; its values (json_value.h) are valid while it
** lives. No function throws or calls back. One thread at a time may use a document.
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
  JSON_INVALID,   /* not JSON, not UTF-8, an integer beyond 64 bits, or a float out of range */
  JSON_EMPTY,     /* the text is empty */
  JSON_TOO_DEEP,  /* nested deeper than JSON_DEPTH */
  JSON_BIG_NUMBER /* a number that no float can hold; only json_bigint_parse returns it */
};

/* The maximum depth of nested arrays and objects. */
#define JSON_DEPTH 1024

/*
** Bytes that must be readable after a text given to json_parse. Their values do not matter; zeros
** avoid reports by memory checkers.
*/
#define JSON_PADDING 64

/*
** Makes an empty document. Returns NULL on out of memory. Caller frees it by json_free. Its memory
** grows to about five times the longest text parsed and is reused by the next parse: parse into one
** document, and keep what is needed by json_pack.
*/
struct json_document *json_new(void) JSON_NOEXCEPT;

/* Frees a document and all its values. `document` may be NULL. */
void json_free(struct json_document *document) JSON_NOEXCEPT;

/*
** Parses `length` bytes of `text`, after which JSON_PADDING bytes must be readable. Does not keep
** the text. Replaces what the document held before. Sets `reason` (never NULL) to a short English
** phrase on failure, to "" on success.
*/
enum json_failure json_parse(struct json_document *document, const char *text, size_t length,
                             const char **reason) JSON_NOEXCEPT;

/* Returns the outermost value of the last parse; no value if that failed. */
struct json_value json_root(const struct json_document *document) JSON_NOEXCEPT;

/* Returns the size in bytes that json_pack needs for the last parse, which must have succeeded. */
size_t json_packed_size(struct json_document *document) JSON_NOEXCEPT;

/*
** Copies the values of the last parse into `block` and returns the copy's root. `block` has `size`
** bytes (from json_packed_size), aligned for any type. The copy is valid while the block is, and
** needs no json_free. To move another handle from the document to the copy, replace its `tape` by
** the root's.
*/
struct json_value json_pack(const struct json_document *document, void *block,
                            size_t size) JSON_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
