/*
** pace.c: what limits how many requests are sent to a server, and when.
*/
#include "http/pace.h"

#include <stdlib.h>

#include "system.h"

struct pace *pace_new(unsigned connections) {
  struct pace *pace = calloc(1, sizeof *pace);
  if (pace == NULL) return NULL;
  pace->references = 1;
  pace->limit.maximum = connections;
  pace->process = system_process();
  return pace;
}

struct pace *pace_hold(struct pace *pace) {
  pace->references++;
  return pace;
}

void pace_release(struct pace *pace) {
  if (pace == NULL || --pace->references > 0) return;
  rate_limiter_free(&pace->rate_limiter);
  free(pace);
}

void pace_notice_fork(struct pace *pace) {
  if (pace->process == system_process()) return;
  pace->process = system_process();
  pace->limit.running = 0;
}
