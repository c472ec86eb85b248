/*
** number_format.cpp: numbers as JSON text. std::to_chars finds the digits; this file lays them out.
*/
#include "base/number_format.h"

#include <charconv>
#include <cstring>

namespace {

/*
** Numbers with a point from FIRST_POINT to LAST_POINT, counted from the first digit, are written
** without an exponent.
*/
constexpr int FIRST_POINT = -5;
constexpr int LAST_POINT = 16;

/* A number without its sign is 0.DIGITS * 10^point. */
struct decimal {
  bool is_negative; /* also of -0.0 */
  char digits[NUMBER_FORMAT_SIZE];
  int count;
  int point;
};

/* Returns the shortest decimal that reads back as `number`, which must be finite. */
decimal shortest(double number) {
  char text[NUMBER_FORMAT_SIZE]; /* [-]D[.DDD]e±DD */
  decimal result = {};
  int exponent = 0;
  const char *end =
      std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  const char *at = text;
  result.is_negative = *at == '-';
  if (result.is_negative) at++;
  for (; *at != 'e'; at++)
    if (*at != '.') result.digits[result.count++] = *at;
  at++;
  std::from_chars(*at == '+' ? at + 1 : at, end, exponent);
  result.point = exponent + 1;
  return result;
}

size_t put(char *text, const char *bytes, int count) {
  std::memcpy(text, bytes, static_cast<size_t>(count));
  return static_cast<size_t>(count);
}

size_t put_zeros(char *text, int count) {
  std::memset(text, '0', static_cast<size_t>(count));
  return static_cast<size_t>(count);
}

size_t put_plain(const decimal &number, char *text) {
  int whole = number.point < 0 ? 0 : number.point < number.count ? number.point : number.count;
  size_t length = whole > 0 ? put(text, number.digits, whole) : put_zeros(text, 1);
  if (number.point > number.count) length += put_zeros(text + length, number.point - number.count);
  text[length++] = '.';
  if (number.point < 0) length += put_zeros(text + length, -number.point);
  if (whole == number.count) return length + put_zeros(text + length, 1);
  return length + put(text + length, number.digits + whole, number.count - whole);
}

size_t put_exponent(const decimal &number, char *text) {
  size_t length = put(text, number.digits, 1);
  if (number.count > 1) text[length++] = '.';
  length += put(text + length, number.digits + 1, number.count - 1);
  text[length++] = 'e';
  return length + number_format_integer(number.point - 1, text + length);
}

template <typename integer>
size_t put_integer(integer number, char *text) {
  return static_cast<size_t>(std::to_chars(text, text + NUMBER_FORMAT_SIZE, number).ptr - text);
}

} // namespace

size_t number_format_integer(int64_t number, char *text) {
  return put_integer(number, text);
}

size_t number_format_unsigned(uint64_t number, char *text) {
  return put_integer(number, text);
}

size_t number_format_float(double number, char *text) {
  decimal digits = shortest(number);
  size_t sign = digits.is_negative ? put(text, "-", 1) : 0;
  bool is_plain = digits.point >= FIRST_POINT && digits.point <= LAST_POINT;
  return sign + (is_plain ? put_plain(digits, text + sign) : put_exponent(digits, text + sign));
}
