/*
** json_indent.h: adds white space to JSON text, for people.
*/
#ifndef HARNEST_JSON_INDENT_H
#define HARNEST_JSON_INDENT_H

#include <stddef.h>

#include "base/buffer.h"

/*
** Appends JSON text without white space between its tokens to `out`: each member and item on a line
** of its own, indented by `indent` spaces a level, and a space after each colon. The text itself is
** at `level`, 0 for a whole document. Empty arrays and objects stay [] and {}. Failures are those
** of the buffer.
*/
void json_indent(struct buffer *out, const char *text, size_t length, size_t indent, size_t level);

#endif
