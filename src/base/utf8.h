/*
** utf8.h: whether bytes are text. Knows nothing else.
*/
#ifndef HARNEST_UTF8_H
#define HARNEST_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `length` bytes are well-formed UTF-8: nothing overlong, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(const char *bytes, size_t length);

/* Length of the well-formed sequence at `at`, of which `left` bytes, at least 1, are readable; 0 when it is none. */
size_t utf8_sequence(const char *at, size_t left);

#endif
