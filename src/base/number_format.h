/*
** number_format.h: numbers as JSON text that reads back to the same bits. Independent of the
** locale.
*/
#ifndef HARNEST_NUMBER_FORMAT_H
#define HARNEST_NUMBER_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
** Size in bytes of a text buffer for any number. The functions below do not NUL-terminate the text
** and return its length in bytes.
*/
#define NUMBER_FORMAT_SIZE 32

/* Formats an integer in decimal. */
size_t number_format_integer(int64_t number, char *text);
size_t number_format_unsigned(uint64_t number, char *text);

/*
** Formats a finite float with the fewest digits that read back to it. The text has a point or an
** exponent, so readers that distinguish floats from integers get a float: 1.0, 0.1, 1e100, 5e-324,
** -0.0.
*/
size_t number_format_float(double number, char *text);

#ifdef __cplusplus
}
#endif

#endif
