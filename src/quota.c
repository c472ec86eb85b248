/*
** quota.c: how many repetitions a client may still make. The figures are those of AWS's standard retry mode.
*/
#include "quota.h"

#define QUOTA_SIZE 500
#define QUOTA_REPETITION 5
#define QUOTA_AFTER_TIMEOUT 10
#define QUOTA_SUCCESS 1

int quota_take(struct quota *quota, bool after_timeout) {
  int cost = after_timeout ? QUOTA_AFTER_TIMEOUT : QUOTA_REPETITION;
  if (quota->spent + cost > QUOTA_SIZE) return 0;
  quota->spent += cost;
  return cost;
}

void quota_give(struct quota *quota, int taken) {
  quota->spent -= taken > 0 ? taken : QUOTA_SUCCESS;
  if (quota->spent < 0) quota->spent = 0;
}
