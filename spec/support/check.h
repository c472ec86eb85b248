/*
** check.h: the checks of the C tests. Each prints a numbered line `ok N - name` or `not ok N -
** name`.
*/
#ifndef HARNEST_CHECK_H
#define HARNEST_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counts and prints one outcome; returns it. */
bool check(bool fine, const char *name);

/* Whether long checks run, as in CI. */
bool check_is_full(void);

/* Prints the plan; returns whether no check failed. */
bool check_end(void);

#endif
