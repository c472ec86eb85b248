/*
** utf8.h: whether bytes are text. Knows nothing else.
*/
#ifndef HARNEST_UTF8_H
#define HARNEST_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `length` bytes are well-formed UTF-8: nothing overlong, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(const char *bytes, size_t length);

#endif
