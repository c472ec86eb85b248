/*
** rate_limit_headers.c: when a response's headers state that the server accepts the next request.
*/
#include "http/rate_limit_headers.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <time.h>

/* A reset of at least this is a Unix time, in seconds or in milliseconds. */
#define RATE_LIMIT_UNIX_TIME 1e9
#define RATE_LIMIT_UNIX_MILLISECONDS 1e12

/*
** Reads a decimal number, independent of the locale, and sets `*end` to the position after it.
** Returns a negative number if there are no digits.
*/
static double read_number(const char *text, const char **end) {
  double number = 0, unit = 1;
  if (!isdigit((unsigned char)*text)) return -1;
  for (; isdigit((unsigned char)*text); text++) number = number * 10 + (*text - '0');
  if (*text == '.')
    for (text++; isdigit((unsigned char)*text); text++) number += (*text - '0') * (unit /= 10);
  *end = text;
  return number;
}

double rate_limit_headers_retry_after(const struct transfer *transfer) {
  const char *value = transfer_header(transfer, "retry-after"), *end;
  if (value == NULL) return -1;
  double seconds = read_number(value, &end);
  if (seconds >= 0 && *end == '\0') return seconds;
  time_t date = curl_getdate(value, NULL);
  if (date == -1) return -1;
  double wait = difftime(date, time(NULL));
  return wait > 0 ? wait : 0;
}

/* Returns the seconds until a reset. */
static double seconds_of(double reset) {
  if (reset >= RATE_LIMIT_UNIX_MILLISECONDS) reset /= 1000;
  if (reset >= RATE_LIMIT_UNIX_TIME) reset -= (double)time(NULL);
  return reset > 0 ? reset : 0;
}

static double field_number(const struct transfer *transfer, const char *name) {
  const char *value = transfer_header(transfer, name), *end;
  return value != NULL ? read_number(value, &end) : -1;
}

/* Returns the wait that a pair of fields states. */
static double wait_of_pair(const struct transfer *transfer, const char *remaining,
                           const char *reset) {
  double seconds = field_number(transfer, reset);
  return field_number(transfer, remaining) == 0 && seconds >= 0 ? seconds_of(seconds) : -1;
}

static bool is_name(const char *name, size_t length, const char *one, const char *other) {
  return (strlen(one) == length && memcmp(name, one, length) == 0) ||
         (strlen(other) == length && memcmp(name, other, length) == 0);
}

/*
** Returns the longest wait that a RateLimit field states: `"policy";r=0;t=30, …`, or `limit=100,
** remaining=0, reset=30`. Each count of remaining requests forms a pair with one reset.
*/
static double wait_of_field(const char *at) {
  double wait = -1, remaining = -1, reset = -1;
  while (*at != '\0') {
    size_t length = strcspn(at, "=;, \"");
    const char *after = at + length;
    double number = *after == '=' ? read_number(after + 1, &after) : -1;
    if (number >= 0 && is_name(at, length, "r", "remaining")) remaining = number;
    if (number >= 0 && is_name(at, length, "t", "reset")) reset = number;
    if (remaining >= 0 && reset >= 0) {
      if (remaining == 0 && seconds_of(reset) > wait) wait = seconds_of(reset);
      remaining = reset = -1;
    }
    at = after + (after == at + length && *after != '\0');
  }
  return wait;
}

double rate_limit_headers_wait(const struct transfer *transfer) {
  static const char *const pairs[][2] = {
      {"ratelimit-remaining", "ratelimit-reset"},
      {"x-ratelimit-remaining", "x-ratelimit-reset"},
      {"x-rate-limit-remaining", "x-rate-limit-reset"},
  };
  const char *field = transfer_header(transfer, "ratelimit");
  double wait = field != NULL ? wait_of_field(field) : -1;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    double stated = wait_of_pair(transfer, pairs[i][0], pairs[i][1]);
    if (stated > wait) wait = stated;
  }
  return wait;
}
