/*
** number_format_test.c: number_format.h.
*/
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number_format.h"
#include "check.h"

#define RANDOM_NUMBERS 20000

/*
** Formats a number; NUL-terminates its text. Stops the program if the text is longer than promised.
*/
static void format(double number, char text[NUMBER_FORMAT_SIZE + 1]) {
  size_t length = number_format_float(number, text);
  if (length > NUMBER_FORMAT_SIZE) abort();
  text[length] = '\0';
}

static bool has_same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0;
}

static const struct {
  double number;
  const char *text;
} floats[] = {
    /* zero, and whole numbers */
    {0.0, "0.0"},
    {-0.0, "-0.0"},
    {1.0, "1.0"},
    {-1.0, "-1.0"},
    {10.0, "10.0"},
    {100.0, "100.0"},
    {123456789.0, "123456789.0"},
    {9007199254740992.0, "9007199254740992.0"},
    {-9007199254740993.0, "-9007199254740992.0"},
    /* the shortest text */
    {0.1, "0.1"},
    {0.2, "0.2"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666"},
    {100.25, "100.25"},
    {3.141592653589793, "3.141592653589793"},
    {-2.5, "-2.5"},
    {12.0e-1, "1.2"},
    {4.35, "4.35"},
    {0.5, "0.5"},
    {1234.5678, "1234.5678"},
    /* where exponents begin */
    {1e15, "1000000000000000.0"},
    {1234567890123456.0, "1234567890123456.0"},
    {1e16, "1e16"},
    {12345678901234567.0, "1.2345678901234568e16"},
    {-1e16, "-1e16"},
    {0.1e-1, "0.01"},
    {1e-5, "0.00001"},
    {1e-6, "0.000001"},
    {1.5e-6, "0.0000015"},
    {1e-7, "1e-7"},
    {1.5e-7, "1.5e-7"},
    {-1.5e-7, "-1.5e-7"},
    /* exponents */
    {1e17, "1e17"},
    {1e21, "1e21"},
    {1e22, "1e22"},
    {1e23, "1e23"},
    {6.02214076e23, "6.02214076e23"},
    {1e100, "1e100"},
    {-1e100, "-1e100"},
    {1e-100, "1e-100"},
    {18446744073709551616.0, "1.8446744073709552e19"},
    {9223372036854775808.0, "9.223372036854776e18"},
    /* limits, and subnormal numbers */
    {DBL_MAX, "1.7976931348623157e308"},
    {-DBL_MAX, "-1.7976931348623157e308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {DBL_EPSILON, "2.220446049250313e-16"},
    {2.225073858507201e-308, "2.225073858507201e-308"},
    {1e-310, "1e-310"},
    {1.5e-323, "1.5e-323"},
    {5e-324, "5e-324"},
    {-5e-324, "-5e-324"},
};

static void test_floats(void) {
  for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
    char text[NUMBER_FORMAT_SIZE + 1], name[80];
    format(floats[i].number, text);
    snprintf(name, sizeof name, "float %s", floats[i].text);
    bool fine =
        strcmp(text, floats[i].text) == 0 && has_same_bits(strtod(text, NULL), floats[i].number);
    if (!check(fine, name)) printf("#   %s\n", text);
  }
}

static void test_integers(void) {
  static const struct {
    int64_t number;
    const char *text;
  } integers[] = {{0, "0"},
                  {7, "7"},
                  {-1, "-1"},
                  {1000, "1000"},
                  {9007199254740993, "9007199254740993"},
                  {INT64_MAX, "9223372036854775807"},
                  {INT64_MIN, "-9223372036854775808"}};
  char text[NUMBER_FORMAT_SIZE], name[80];
  for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
    size_t length = number_format_integer(integers[i].number, text);
    snprintf(name, sizeof name, "integer %s", integers[i].text);
    check(length == strlen(integers[i].text) && memcmp(text, integers[i].text, length) == 0, name);
  }
  size_t length = number_format_unsigned(UINT64_MAX, text);
  check(length == 20 && memcmp(text, "18446744073709551615", length) == 0, "the largest unsigned");
  check(number_format_unsigned(0, text) == 1 && text[0] == '0', "unsigned 0");
}

/* The next number of a xorshift generator. */
static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Returns a finite number made of random bits. */
static double random_double(uint64_t *state) {
  double number;
  do {
    uint64_t bits = next_random(state);
    memcpy(&number, &bits, sizeof number);
  } while (!isfinite(number));
  return number;
}

/* Whether a text is JSON's grammar for a number, with a point or an exponent. */
static bool is_json_float(const char *text) {
  if (*text == '-') text++;
  size_t whole = strspn(text, "0123456789");
  if (whole == 0 || (whole > 1 && *text == '0')) return false;
  text += whole;
  bool has_point = *text == '.', has_exponent;
  if (has_point) {
    size_t digits = strspn(text + 1, "0123456789");
    if (digits == 0) return false;
    text += 1 + digits;
  }
  has_exponent = *text == 'e';
  if (has_exponent) {
    text += text[1] == '-' ? 2 : 1;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0) return false;
    text += digits;
  }
  return *text == '\0' && (has_point || has_exponent);
}

/* Returns the number of significant digits in a text. */
static size_t count_digits(const char *text) {
  size_t count = 0, zeros = 0;
  for (; *text != '\0' && *text != 'e'; text++) {
    if (*text < '0' || *text > '9') continue;
    if (*text != '0') {
      count += zeros + 1;
      zeros = 0;
    } else if (count > 0) {
      zeros++;
    }
  }
  return count;
}

/* Whether printf needs at least as many significant digits for the number. */
static bool is_shortest(double number, const char *text) {
  char shorter[64];
  size_t digits = count_digits(text);
  if (digits < 2) return true;
  snprintf(shorter, sizeof shorter, "%.*e", (int)digits - 2, number);
  return !has_same_bits(strtod(shorter, NULL), number);
}

static void test_random(const char *what, double (*make)(uint64_t *state)) {
  uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
  size_t same = 0, valid = 0, shortest = 0;
  char text[NUMBER_FORMAT_SIZE + 1], name[80];
  for (int i = 0; i < RANDOM_NUMBERS; i++) {
    double number = make(&state);
    format(number, text);
    if (has_same_bits(strtod(text, NULL), number)) same++;
    if (is_json_float(text)) valid++;
    if (is_shortest(number, text)) shortest++;
  }
  snprintf(name, sizeof name, "random %s read back the same", what);
  check(same == RANDOM_NUMBERS, name);
  snprintf(name, sizeof name, "random %s are floats of JSON", what);
  check(valid == RANDOM_NUMBERS, name);
  snprintf(name, sizeof name, "random %s have the fewest digits", what);
  check(shortest == RANDOM_NUMBERS, name);
}

static double random_subnormal(uint64_t *state) {
  uint64_t bits = next_random(state) >> 12;
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/* Returns a price: two decimals. */
static double random_price(uint64_t *state) {
  return (double)(next_random(state) % 100000000) / 100;
}

/* Returns a whole number. */
static double random_whole(uint64_t *state) {
  return (double)(int64_t)next_random(state);
}

void number_format_test(void) {
  test_floats();
  test_integers();
  test_random("bits", random_double);
  test_random("subnormal numbers", random_subnormal);
  test_random("prices", random_price);
  test_random("whole numbers", random_whole);
}
