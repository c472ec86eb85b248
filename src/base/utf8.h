/*
** utf8.h: UTF-8 validation.
*/
#ifndef HARNEST_UTF8_H
#define HARNEST_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
** Whether `length` bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing above
** U+10FFFF.
*/
bool utf8_valid(const char *bytes, size_t length);

/*
** Returns the length of the well-formed sequence at `at`, of which `left` bytes (at least 1) are
** readable. Returns 0 if there is none.
*/
size_t utf8_sequence(const char *at, size_t left);

#endif
