/*
** json_text.h: a parsed value as JSON text again.
*/
#ifndef HARNEST_JSON_TEXT_H
#define HARNEST_JSON_TEXT_H

#include "base/buffer.h"
#include "json/json_value.h"

/*
** Appends the value as JSON without white space, with members sorted by the bytes of their names.
** On out of memory, and if the text exceeds the buffer's maximum, the buffer's `failed` is set.
*/
void json_text_append(struct buffer *text, struct json_value value);

#endif
