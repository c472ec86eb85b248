/*
** json_bigint.h: JSON text with numbers of any size.
**
** simdjson rejects a whole text for one integer beyond 64 bits. Such an integer must not lose a
** page, so it becomes the nearest float, or, if it is an id, a text. A number that no float can
** hold is a failure that names its path.
*/
#ifndef HARNEST_JSON_BIGINT_H
#define HARNEST_JSON_BIGINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "json/json.h"

/*
** Parses `text` as json_parse does (including the padding), but integers beyond 64 bits as floats.
** If `keep_ids` is true, those that are ids of resources or identifiers in a JSON:API document
** become strings of their digits. On failure `complaint` gets a short English phrase, for example
**   a string without end, as if cut short
**   data[1].attributes.text: half of a surrogate pair in a string (byte 109)
**   data[3].attributes.price: 1e400 is beyond the range of a float     (JSON_BIG_NUMBER)
*/
enum json_failure json_bigint_parse(struct json_document *document, const char *text, size_t length,
                                    bool keep_ids, struct buffer *complaint);

#endif
