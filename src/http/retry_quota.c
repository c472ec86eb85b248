/*
** retry_quota.c: how many repetitions a client may still make. The figures are those of AWS's standard retry mode.
*/
#include "http/retry_quota.h"

#define RETRY_QUOTA_SIZE 500
#define RETRY_QUOTA_REPETITION 5
#define RETRY_QUOTA_AFTER_TIMEOUT 10
#define RETRY_QUOTA_SUCCESS 1

int retry_quota_take(struct retry_quota *quota, bool after_timeout) {
  int cost = after_timeout ? RETRY_QUOTA_AFTER_TIMEOUT : RETRY_QUOTA_REPETITION;
  if (quota->spent + cost > RETRY_QUOTA_SIZE) return 0;
  quota->spent += cost;
  return cost;
}

void retry_quota_give(struct retry_quota *quota, int taken) {
  quota->spent -= taken > 0 ? taken : RETRY_QUOTA_SUCCESS;
  if (quota->spent < 0) quota->spent = 0;
}
