/*
** c_tests.c: runs the C tests.
**   c_tests            each test in a process of its own
**   c_tests NAME ...   these tests; a single one in this process, for a debugger
** Around the output of each test in a process of its own are the lines `test NAME` and `exit N`, or
** `signal N` if the test crashed. The exit code is 0 if all checks passed, 1 if a test failed and 2
** for an unknown name.
*/
#include "c_tests.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <process.h>
#else
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "check.h"

#define PATIENCE 120 /* seconds of a test in a process of its own, under a memory checker too */

/* Runs a test in this process; returns the exit code. */
static int run_here(const struct c_test *test) {
  test->run();
  return check_end() ? 0 : 1;
}

#ifdef _WIN32
/* Runs a test by starting this program anew; returns whether it passed. */
static bool run_apart(const struct c_test *test, const char *program) {
  printf("test %s\n", test->name);
  fflush(stdout);
  intptr_t status = _spawnl(_P_WAIT, program, program, test->name, NULL);
  printf("exit %d\n", (int)status);
  return status == 0;
}
#else
/* Runs a test in a copy of this process, which needs no dynamic linker; returns whether it passed. */
static bool run_apart(const struct c_test *test, const char *program) {
  (void)program;
  int status;
  printf("test %s\n", test->name);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    alarm(PATIENCE);
    exit(run_here(test));
  }
  if (child < 0 || waitpid(child, &status, 0) != child) {
    perror("c_tests");
    return false;
  }
  if (WIFSIGNALED(status))
    printf("signal %d\n", WTERMSIG(status));
  else
    printf("exit %d\n", WEXITSTATUS(status));
  return status == 0;
}
#endif

/* Returns a test by its name; NULL if there is none. */
static const struct c_test *find(const char *name) {
  for (const struct c_test *test = c_tests; test->name != NULL; test++)
    if (strcmp(test->name, name) == 0) return test;
  return NULL;
}

int main(int count, char **arguments) {
  bool passed = true;
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* a crash loses no line */
  for (int i = 1; i < count; i++) {
    if (find(arguments[i]) == NULL) {
      fprintf(stderr, "c_tests: %s: no such test\n", arguments[i]);
      return 2;
    }
  }
  if (count == 2) return run_here(find(arguments[1]));
  for (int i = 1; i < count; i++) passed = run_apart(find(arguments[i]), arguments[0]) && passed;
  for (const struct c_test *test = c_tests; count == 1 && test->name != NULL; test++)
    passed = run_apart(test, arguments[0]) && passed;
  return passed ? 0 : 1;
}
