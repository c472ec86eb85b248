/*
** json_id.h: resource ids as text, also if a server sends numbers.
*/
#ifndef HARNEST_JSON_ID_H
#define HARNEST_JSON_ID_H

#include <stdbool.h>

#include "base/number_format.h"
#include "json/json_value.h"

/*
** Sets `text` and `length` to the text of an id: the string itself (in the document), or a number
** formatted into `number`, a whole float without ".0". The text is not terminated. Returns false
** for any other type. JSON:API 1.1, 5.2 requires strings.
*/
bool json_id_text(struct json_value id, char number[NUMBER_FORMAT_SIZE], const char **text,
                  size_t *length);

#endif
