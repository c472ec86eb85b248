/*
** environment.h: variables of the environment.
*/
#ifndef HARNEST_ENVIRONMENT_H
#define HARNEST_ENVIRONMENT_H

#include <stdlib.h>

/* Returns an environment variable, or NULL if it is unset or empty. */
static inline const char *environment(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

#endif
