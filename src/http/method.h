/*
** method.h: properties of HTTP methods.
*/
#ifndef HARNEST_METHOD_H
#define HARNEST_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
** Whether a method is safe, that is, only reads (RFC 9110, 9.2.1). Method names are case-sensitive.
*/
static inline bool method_is_safe(const char *method) {
  static const char *const safe[] = {"GET", "HEAD", "OPTIONS", "TRACE"};
  for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
    if (strcmp(method, safe[i]) == 0) return true;
  return false;
}

/* Whether a repeated request has the effect of a single one (RFC 9110, 9.2.2). */
static inline bool method_is_idempotent(const char *method) {
  return method_is_safe(method) || strcmp(method, "PUT") == 0 || strcmp(method, "DELETE") == 0;
}

#endif
