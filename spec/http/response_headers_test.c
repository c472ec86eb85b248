/*
** response_headers_test.c: response_headers.h: lines as servers send them, and what is stored.
*/
#include <string.h>

#include "check.h"
#include "http/response_headers.h"

#define STATUS "HTTP/1.1 200 OK\r\n"

/* Adds the lines of a text; writes the fields to `out`, one a line. Returns whether all fit. */
static bool store(const char *text, size_t maximum, char *out) {
  struct buffer headers;
  buffer_init(&headers, maximum);
  enum response_headers_state state = RESPONSE_HEADERS_BEGIN;
  bool fine = true;
  for (const char *line = text, *end; *line != '\0'; line = end) {
    end = strchr(line, '\n') + 1;
    fine = response_headers_add(&headers, &state, line, (size_t)(end - line)) && fine;
  }
  size_t position = 0, length;
  const char *name, *value;
  *out = '\0';
  while (response_headers_next(&headers, &position, &name, &length, &value))
    strcat(strcat(out, name), "\n"); /* NOLINT: the texts are short */
  buffer_free(&headers);
  return fine;
}

static const struct {
  const char *name, *text, *fields;
} cases[] = {
    {"fields", STATUS "A: 1\r\nB:2 \r\n\r\n", "a: 1\nb: 2\n"},
    {"a folded value", STATUS "A: 1;\r\n  x=2\r\nB: 3\r\n\r\n", "a: 1; x=2\nb: 3\n"},
    {"folded by a tab, three lines", STATUS "A: 1\r\n\t2\r\n 3:4\r\n\r\n", "a: 1 2 3:4\n"},
    {"a value that begins in the second line", STATUS "A:\r\n 2\r\n\r\n", "a: 2\n"},
    {"a blank continuation", STATUS "A: 1\r\n  \r\n 2\r\n\r\n", "a: 1 2\n"},
    {"a continuation of no field", STATUS " 1\r\nA: 2\r\nnone\r\n 3\r\n\r\n", "a: 2\n"},
    {"trailers", STATUS "A: 1\r\n\r\nB: 2\r\n 3\r\n\r\n", "a: 1\n"},
    {"a continuation after the end", STATUS "A: 1\r\n\r\n 2\r\n", "a: 1\n"},
    {"an earlier response", STATUS "A: 1\r\n\r\n" STATUS "B: 2\r\n 3\r\n\r\n", "b: 2 3\n"},
    {"line breaks without CR", STATUS "A: 1\n 2\n\nB: 3\n", "a: 1 2\n"},
};

void response_headers_test(void) {
  char fields[200];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bool fine = store(cases[i].text, 1000, fields) && strcmp(fields, cases[i].fields) == 0;
    if (!check(fine, cases[i].name)) printf("# %s\n", fields);
  }
  check(!store(STATUS "A: 1\r\n 234567\r\n", 8, fields) && strcmp(fields, "a: 1\n") == 0,
        "a continuation that does not fit is not stored");
}
