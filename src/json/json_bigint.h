/*
** json_bigint.h: JSON text with numbers of any size.
** simdjson refuses a whole text for one integer beyond 64 bits. A page must not be lost for that: such an integer
** becomes the float nearest to it, and what no float can hold is a failure that names its place.
*/
#ifndef HARNEST_JSON_BIGINT_H
#define HARNEST_JSON_BIGINT_H

#include <stddef.h>

#include "base/buffer.h"
#include "json/json.h"

/*
** Parses `text` as json_parse does (the padding, too, is asked for), and integers beyond 64 bits as floats.
** On failure `complaint` gets a short English phrase, one of
**   a string without end, as if cut short
**   data[3].attributes.price: 1e400 is beyond the range of a float     (JSON_BIG_NUMBER; items are counted from 0)
*/
enum json_failure json_bigint_parse(struct json_document *document, const char *text, size_t length,
                                    struct buffer *complaint);

#endif
