/*
** digits.h: numbers written in JSON, so that they read back to the same bits. No locale has a say.
*/
#ifndef HARNEST_DIGITS_H
#define HARNEST_DIGITS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that hold any number's text. It is not terminated. */
#define DIGITS_ROOM 32

/* Writes an integer and returns the number of bytes. */
size_t digits_integer(int64_t number, char room[DIGITS_ROOM]);

/*
** Writes a finite float with as few digits as read back to it, and returns the number of bytes. The text has a point or
** an exponent, so that readers that tell floats from integers get a float: 1.0, 0.1, 1e100, 5e-324, -0.0.
*/
size_t digits_float(double number, char room[DIGITS_ROOM]);

#endif
