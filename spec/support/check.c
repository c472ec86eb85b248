/*
** check.c: see check.h.
*/
#include "check.h"

static int count, failures;

bool check(bool fine, const char *name) {
  count++;
  if (!fine) failures++;
  printf("%sok %d - %s\n", fine ? "" : "not ", count, name);
  return fine;
}

bool check_is_full(void) {
  const char *full = getenv("HARNEST_FULL");
  return full != NULL && strcmp(full, "1") == 0;
}

bool check_end(void) {
  printf("1..%d\n", count);
  if (failures > 0) printf("# %d of %d failed\n", failures, count);
  return failures == 0;
}
