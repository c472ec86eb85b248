/*
** check.h: shared by the C tests: numbered lines `ok N - name` or `not ok N - name`, and the exit
** code.
*/
#ifndef HARNEST_CHECK_H
#define HARNEST_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_count, check_failures;

/* Counts and prints one outcome; returns it. */
static inline bool check(bool fine, const char *name) {
  check_count++;
  if (!fine) check_failures++;
  printf("%sok %d - %s\n", fine ? "" : "not ", check_count, name);
  return fine;
}

/* Whether long checks run, as in CI. */
static inline bool check_is_full(void) {
  const char *full = getenv("HARNEST_FULL");
  return full != NULL && strcmp(full, "1") == 0;
}

/* Prints the plan; returns main's exit code. */
static inline int check_end(void) {
  printf("1..%d\n", check_count);
  if (check_failures > 0) printf("# %d of %d failed\n", check_failures, check_count);
  return check_failures > 0;
}

#endif
