/*
** rate_limiter_test.c: when requests may be sent under a limit. The tests set the clock; no test
** waits.
*/
#include "http/rate_limiter.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

#define START 1000.0
#define MOST 100000

static bool equals(double a, double b) {
  return fabs(a - b) < 1e-9;
}

/* Takes a slot at `now`; returns when the request may be sent, -1 if there is no slot. */
static double take(struct rate_limiter *limiter, double now) {
  double start = now;
  return rate_limiter_take(limiter, &start) ? start : -1;
}

static void test_off(void) {
  struct rate_limiter limiter = {.seconds = 0};
  check(!rate_limiter_is_on(&limiter), "zeroed memory is off");
  check(!rate_limiter_has_slot(&limiter), "a limiter that is off has no slots");
  check(rate_limiter_set(&limiter, 2, 1), "a limit can be set");
  check(rate_limiter_is_on(&limiter) && rate_limiter_has_slot(&limiter), "it is on then");
  rate_limiter_free(&limiter);
  check(!rate_limiter_is_on(&limiter), "a limiter that was freed is off");
  rate_limiter_free(&limiter);
  check(limiter.free_times == NULL, "a limiter may be freed twice");
}

static void test_slots(size_t count) {
  char name[80];
  struct rate_limiter limiter = {.seconds = 0};
  rate_limiter_set(&limiter, count, 10);
  bool at_once = true;
  for (size_t i = 0; i < count; i++) at_once = at_once && equals(take(&limiter, START), START);
  snprintf(name, sizeof name, "%zu requests start at once", count);
  check(at_once, name);
  snprintf(name, sizeof name, "not one more than %zu", count);
  check(!rate_limiter_has_slot(&limiter) && take(&limiter, START) < 0, name);
  rate_limiter_release(&limiter, START, START + 1);
  double next = take(&limiter, START + 2);
  snprintf(name, sizeof name, "one of %zu is free 10 seconds after the response", count);
  check(next >= START + 11 && next < START + 12, name);
  rate_limiter_release(&limiter, next, START + 3);
  snprintf(name, sizeof name, "one of %zu that was not used is free when it was before", count);
  check(equals(take(&limiter, START + 3), next), name);
  rate_limiter_release(&limiter, next, next);
  snprintf(name, sizeof name, "one of %zu that was used at its start is used", count);
  check(take(&limiter, next) >= next + 10, name);
  rate_limiter_free(&limiter);
}

static void test_late_start(void) {
  struct rate_limiter limiter = {.seconds = 0};
  rate_limiter_set(&limiter, 1, 5);
  double start = START + 50;
  check(rate_limiter_take(&limiter, &start) && equals(start, START + 50),
        "a start later than the slot's time stays");
  rate_limiter_release(&limiter, start, START);
  check(equals(take(&limiter, START), START + 50), "a slot not used is free from the start on");
  rate_limiter_free(&limiter);
}

/* Slots released in any order come back by time. */
static void test_order(unsigned seed) {
  enum { SLOTS = 257 };
  char name[80];
  struct rate_limiter limiter = {.seconds = 0};
  double last = 0;
  bool ordered = true;
  srand(seed);
  rate_limiter_set(&limiter, SLOTS, 1);
  for (int i = 0; i < SLOTS; i++) take(&limiter, START);
  for (int i = 0; i < SLOTS; i++) rate_limiter_release(&limiter, START, START + rand() % 1000);
  for (int i = 0; i < SLOTS; i++) {
    double start = take(&limiter, START);
    ordered = ordered && start >= last;
    last = start;
  }
  snprintf(name, sizeof name, "slots released in any order come back by time, seed %u", seed);
  check(ordered && !rate_limiter_has_slot(&limiter), name);
  rate_limiter_free(&limiter);
}

static int by_time(const void *a, const void *b) {
  double first = *(const double *)a, second = *(const double *)b;
  return (first > second) - (first < second);
}

/* No span holds more requests than allowed, from the start of each to its response. */
static void test_spans(unsigned seed, size_t allowed, double seconds) {
  enum { REQUESTS = 2000 };
  static double starts[REQUESTS], ends[REQUESTS];
  char name[80];
  struct rate_limiter limiter = {.seconds = 0};
  double now = START;
  bool holds = true;
  srand(seed);
  rate_limiter_set(&limiter, allowed, seconds);
  for (int i = 0; i < REQUESTS; i++) {
    double start = take(&limiter, now);
    starts[i] = start;
    ends[i] = start + rand() % 100 / 100.0; /* one at a time: the response, then the next */
    rate_limiter_release(&limiter, start, ends[i]);
    now = rand() % 10 == 0 ? ends[i] : now;
  }
  qsort(starts, REQUESTS, sizeof *starts, by_time);
  qsort(ends, REQUESTS, sizeof *ends, by_time);
  for (size_t i = allowed; i < REQUESTS; i++)
    holds = holds && starts[i] >= ends[i - allowed] + seconds;
  snprintf(name, sizeof name, "no span of %g s holds more than %zu requests, seed %u", seconds,
           allowed, seed);
  check(holds, name);
  rate_limiter_free(&limiter);
}

/* A linear search needs 10^10 steps for this. */
static void test_many(void) {
  struct rate_limiter limiter = {.seconds = 0};
  clock_t began = clock();
  bool fine = rate_limiter_set(&limiter, MOST, 1);
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < MOST; i++) fine = fine && take(&limiter, START + 10 * round) > 0;
    for (int i = 0; i < MOST; i++)
      rate_limiter_release(&limiter, START + 10 * round, START + 10 * round + i * 1e-5);
  }
  check(fine, "100,000 slots are taken and released");
  check((double)(clock() - began) / CLOCKS_PER_SEC < 5, "within a short time");
  rate_limiter_free(&limiter);
}

void rate_limiter_test(void) {
  test_off();
  for (size_t count = 1; count <= 8; count++) test_slots(count);
  test_late_start();
  for (unsigned seed = 1; seed <= 10; seed++) test_order(seed);
  for (unsigned seed = 1; seed <= 5; seed++) {
    test_spans(seed, 1, 0.5);
    test_spans(seed, 7, 2);
    test_spans(seed, 100, 1);
  }
  test_many();
}
