/*
** digits.c: numbers written in JSON, so that they read back to the same bits.
*/
#include "digits.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* digits * 10^exponent */
struct decimal {
  uint64_t digits;
  int exponent;
};

/* Where the point stands, counted from the first digit, in numbers written without an exponent. */
#define FIRST_POINT (-5)
#define LAST_POINT 16

static size_t put_unsigned(uint64_t number, char *room) {
  char reversed[20];
  size_t length = 0;
  do {
    reversed[length++] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  for (size_t i = 0; i < length; i++) room[i] = reversed[length - 1 - i];
  return length;
}

size_t digits_integer(int64_t number, char room[DIGITS_ROOM]) {
  if (number >= 0) return put_unsigned((uint64_t)number, room);
  room[0] = '-';
  return 1 + put_unsigned(0 - (uint64_t)number, room + 1);
}

/* ------------------------------------------------------------------ decimals */

/*
** The decimals that people write: at most 15 digits, few of them behind the point. Whole numbers up to 2^53 and powers of
** ten up to 10^22 are exact in a double, so one division of them rounds as a reader of the decimal does; and two decimals
** of 15 digits never read to the same double.
*/
static bool find_short(double number, struct decimal *decimal) {
  if (FLT_EVAL_METHOD != 0 || number < 1e-5 || number >= 1e15) return false;
  double power = 1;
  for (int places = 0; number * power < 1e15; places++, power *= 10) {
    uint64_t digits = (uint64_t)(number * power + 0.5);
    if ((double)digits / power != number) continue;
    *decimal = (struct decimal){digits, -places};
    return true;
  }
  return false;
}

static bool reads_as(struct decimal decimal, double number) {
  char text[48]; /* no decimal mark in it, which the locale would choose */
  snprintf(text, sizeof text, "%" PRIu64 "e%d", decimal.digits, decimal.exponent);
  return strtod(text, NULL) == number;
}

/* The decimal of `count` digits that is nearest to the number. */
static struct decimal nearest(double number, int count) {
  char text[48];
  struct decimal decimal = {0, 0};
  snprintf(text, sizeof text, "%.*e", count - 1, number);
  const char *at = text;
  for (; *at != 'e'; at++) {
    if (*at >= '0' && *at <= '9') decimal.digits = decimal.digits * 10 + (uint64_t)(*at - '0');
  }
  decimal.exponent = (int)strtol(at + 1, NULL, 10) - (count - 1);
  return decimal;
}

/*
** Any number above 0. Below the normal ones precision dwindles, hence the start at 1 digit. The doubles below a power of
** two lie closer than those above it: there the decimal next to the nearest one may do where the nearest does not.
*/
static struct decimal find_any(double number) {
  int exponent;
  bool is_power_of_two = frexp(number, &exponent) == 0.5;
  struct decimal decimal;
  for (int count = number < DBL_MIN ? 1 : 15; count < 17; count++) {
    decimal = nearest(number, count);
    if (reads_as(decimal, number)) return decimal;
    decimal.digits++;
    if (is_power_of_two && reads_as(decimal, number)) return decimal;
  }
  return nearest(number, 17);
}

/* -------------------------------------------------------------------- layout */

static size_t put_zeros(char *room, int count) {
  memset(room, '0', (size_t)count);
  return (size_t)count;
}

/* Writes the digits with the point behind the first `point` of them. */
static size_t put_plain(const char *digits, int count, int point, char *room) {
  size_t length = 0;
  int whole = point < 0 ? 0 : point < count ? point : count;
  if (whole == 0) room[length++] = '0';
  memcpy(room + length, digits, (size_t)whole);
  length += (size_t)whole;
  if (point > count) length += put_zeros(room + length, point - count);
  room[length++] = '.';
  if (point < 0) length += put_zeros(room + length, -point);
  if (whole == count) room[length++] = '0';
  memcpy(room + length, digits + whole, (size_t)(count - whole));
  return length + (size_t)(count - whole);
}

static size_t put_exponent(const char *digits, int count, int point, char *room) {
  size_t length = 0;
  room[length++] = digits[0];
  if (count > 1) room[length++] = '.';
  memcpy(room + length, digits + 1, (size_t)(count - 1));
  length += (size_t)(count - 1);
  room[length++] = 'e';
  return length + digits_integer(point - 1, room + length);
}

size_t digits_float(double number, char room[DIGITS_ROOM]) {
  size_t sign = 0;
  if (signbit(number)) {
    room[sign++] = '-';
    number = -number;
  }
  struct decimal decimal = {0, 0};
  if (number > 0 && !find_short(number, &decimal)) decimal = find_any(number);
  for (; decimal.digits > 0 && decimal.digits % 10 == 0; decimal.exponent++) decimal.digits /= 10;
  char digits[DIGITS_ROOM];
  int count = (int)put_unsigned(decimal.digits, digits);
  int point = count + decimal.exponent;
  if (point >= FIRST_POINT && point <= LAST_POINT) return sign + put_plain(digits, count, point, room + sign);
  return sign + put_exponent(digits, count, point, room + sign);
}
