/*
** c_tests.h: the C tests that the program c_tests consists of. The Makefile writes the table from
** the names of the files spec/LAYER/NAME_test.c.
*/
#ifndef HARNEST_C_TESTS_H
#define HARNEST_C_TESTS_H

#include <stddef.h>

struct c_test {
  const char *name;
  void (*run)(void); /* NAME_test */
};

/* Ends with a NULL name. */
extern const struct c_test c_tests[];

#endif
