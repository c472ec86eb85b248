/*
** json_text.h: strings of JSON. Knows nothing of Lua.
*/
#ifndef HARNEST_JSON_TEXT_H
#define HARNEST_JSON_TEXT_H

#include <stddef.h>

#include "base/buffer.h"

/*
** Appends the string in quotes, escaped where JSON asks for it and nowhere else. Returns how many of its bytes are UTF-8
** before the first that is not; what was appended is only good when that is all of them.
*/
size_t json_text_put(struct buffer *buffer, const char *string, size_t length);

#endif
