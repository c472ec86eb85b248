/*
** breakage.h: what it means that an exchange broke off. No Lua in it.
*/
#ifndef HARNEST_BREAKAGE_H
#define HARNEST_BREAKAGE_H

#include "buffer.h"
#include "failure.h"
#include "transfer.h"

struct breakage {
  enum failure_kind kind;
  bool unsent;  /* the connection never carried the request */
  bool lasting; /* trying again cannot help */
};

/* What the result of a finished exchange that broke means for the call. */
struct breakage breakage_of(const struct transfer *transfer);

/* Puts what broke into words. */
void breakage_describe(const struct transfer *transfer, struct buffer *reason);

#endif
