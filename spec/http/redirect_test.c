/*
** redirect_test.c: which redirects are followed, to which URL and by which method.
*/
#include "http/redirect.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define BASE "https://h/api"
#define URL BASE "/a/1?x=1"

/* `target` or, if it is not followed, the error and its reason. */
static const struct {
  const char *method, *location, *target;
  int followed;
  enum error_kind error;
  const char *reason;
} cases[] = {
    {"GET", "/api/b", "https://h/api/b"},
    {"GET", "b", "https://h/api/a/b"},
    {"GET", "../b?y=2", "https://h/api/b?y=2"},
    {"GET", "?y=2", "https://h/api/a/1?y=2"},
    {"GET", "https://h/elsewhere", "https://h/elsewhere"},
    {"GET", "https://H:443/b", "https://h/b"},
    {"GET", "//h/b", "https://h/b"},
    {"GET", "/b#fragment", "https://h/b"},
    {"GET", "http://h/b", "https://h/b"},
    {"GET", "http://h:80/b", "https://h/b"},
    {"GET", "http://h:443/b", "https://h/b"},
    {"GET", "/b", "https://h/b", REDIRECT_MAXIMUM - 1},
    {"HEAD", "/b", "https://h/b"},
    {"OPTIONS", "/b", "https://h/b"},
    {"TRACE", "/b", "https://h/b"},
    {"GET", NULL, NULL, 0, KIND_PROTOCOL, "redirect without a valid Location (none)"},
    {"GET", "ftp://h/b", NULL, 0, KIND_PROTOCOL, "redirect without a valid Location (ftp://h/b)"},
    {"GET", "https://u:p@h/", NULL, 0, KIND_PROTOCOL,
     "redirect without a valid Location (https://u:p@h/)"},
    {"POST", NULL, NULL, 0, KIND_PROTOCOL, "redirect without a valid Location (none)"},
    {"GET", "https://x/b", NULL, 0, KIND_REFUSED, "cross-origin redirect to https://x/b blocked"},
    {"GET", "//x/b", NULL, 0, KIND_REFUSED, "cross-origin redirect to //x/b blocked"},
    {"GET", "https://h:444/b", NULL, 0, KIND_REFUSED,
     "cross-origin redirect to https://h:444/b blocked"},
    {"GET", "http://h:8080/b", NULL, 0, KIND_REFUSED,
     "cross-origin redirect to http://h:8080/b blocked"},
    {"GET", "https://h.x/b", NULL, 0, KIND_REFUSED,
     "cross-origin redirect to https://h.x/b blocked"},
    {"POST", "/b", NULL, 0, KIND_REFUSED, "redirect of a write to /b blocked"},
    {"PATCH", "/b", NULL, 0, KIND_REFUSED, "redirect of a write to /b blocked"},
    {"DELETE", "/b", NULL, 0, KIND_REFUSED, "redirect of a write to /b blocked"},
    {"get", "/b", NULL, 0, KIND_REFUSED, "redirect of a write to /b blocked"},
    {"POST", "https://x/b", NULL, 0, KIND_REFUSED, "redirect of a write to https://x/b blocked"},
    {"GET", "/b", NULL, REDIRECT_MAXIMUM, KIND_PROTOCOL, "too many redirects, the last to /b"},
    {"GET", "https://x/b", NULL, REDIRECT_MAXIMUM, KIND_PROTOCOL,
     "cross-origin redirect to https://x/b blocked"},
};

static void test_targets(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct redirect redirect = {302,  cases[i].method,  URL, cases[i].location,
                                BASE, cases[i].followed};
    enum error_kind error = KIND_NONE;
    struct buffer reason;
    char name[160];
    buffer_init(&reason, 1000);
    buffer_puts(&reason, "of an earlier attempt");
    char *target = redirect_target(&redirect, &error, &reason);
    snprintf(name, sizeof name, "%s to %s", cases[i].method,
             cases[i].location != NULL ? cases[i].location : "no Location");
    if (cases[i].target != NULL)
      check(target != NULL && strcmp(target, cases[i].target) == 0, name);
    else
      check(target == NULL && error == cases[i].error &&
                strcmp(buffer_text(&reason), cases[i].reason) == 0,
            name);
    free(target);
    buffer_free(&reason);
  }
}

/* Redirects of writes to the same URL with a slash more or less at the end of the path. */
static void test_slashes(void) {
  static const struct {
    long status;
    const char *url, *location, *target;
    int followed;
    const char *reason;
  } slashes[] = {
      {307, BASE "/a", "/api/a/", BASE "/a/", 0, NULL},
      {308, BASE "/a", "/api/a/", BASE "/a/", 0, NULL},
      {308, BASE "/a/", "/api/a", BASE "/a", 0, NULL},
      {308, BASE "/a?x=1", "a/?x=1", BASE "/a/?x=1", 0, NULL},
      {308, BASE "/a", "https://H:443/api/a/", BASE "/a/", 0, NULL},
      {308, BASE "/a", "http://h/api/a/", BASE "/a/", 0, NULL},
      {308, BASE "/a/", "/api/a", NULL, 1,
       "redirect of a write to /api/a blocked, after another one"},
      {308, BASE "/a", "/api/a", NULL, 0, "redirect of a write to /api/a blocked"},
      {308, BASE "/a", "/api/b/", NULL, 0, "redirect of a write to /api/b/ blocked"},
      {308, BASE "/a", "/api/a//", NULL, 0, "redirect of a write to /api/a// blocked"},
      {308, BASE "/a", "/api/ab", NULL, 0, "redirect of a write to /api/ab blocked"},
      {308, BASE "/a?x=1", "/api/a/", NULL, 0, "redirect of a write to /api/a/ blocked"},
      {308, BASE "/a", "/api/a/?x=1", NULL, 0, "redirect of a write to /api/a/?x=1 blocked"},
      {308, BASE "/a", "https://x/api/a/", NULL, 0,
       "redirect of a write to https://x/api/a/ blocked"},
      {308, BASE "/a", "https://h:444/api/a/", NULL, 0,
       "redirect of a write to https://h:444/api/a/ blocked"},
      {301, BASE "/a", "/api/a/", NULL, 0,
       "redirect of a write to /api/a/ blocked; send the write to a path or link with the slash as "
       "there"},
  };
  for (size_t i = 0; i < sizeof slashes / sizeof *slashes; i++) {
    struct redirect redirect = {slashes[i].status,   "POST", slashes[i].url,
                                slashes[i].location, BASE,   slashes[i].followed};
    enum error_kind error = KIND_NONE;
    struct buffer reason;
    char name[160];
    buffer_init(&reason, 1000);
    char *target = redirect_target(&redirect, &error, &reason);
    snprintf(name, sizeof name, "%ld of a write to %s", slashes[i].status, slashes[i].location);
    if (slashes[i].target != NULL)
      check(target != NULL && strcmp(target, slashes[i].target) == 0, name);
    else
      check(target == NULL && error == KIND_REFUSED &&
                strcmp(buffer_text(&reason), slashes[i].reason) == 0,
            name);
    free(target);
    buffer_free(&reason);
  }
  struct redirect other = {303, "POST", BASE "/a", "/api/a/1", BASE, 0},
                  none = {303, "POST", BASE "/a", NULL, BASE, 0},
                  slash = {301, "POST", BASE "/a", "/api/a/", BASE, 0};
  check(!redirect_is_slash(&other) && !redirect_is_slash(&none) && redirect_is_slash(&slash),
        "redirects by a slash");
}

static void test_long_location(void) {
  char location[1000];
  struct redirect redirect = {302, "GET", URL, location, BASE, 0};
  enum error_kind error;
  struct buffer reason;
  buffer_init(&reason, 1000);
  memset(location, 'x', sizeof location);
  memcpy(location, "//", 2);
  location[sizeof location - 1] = '\0';
  char *target = redirect_target(&redirect, &error, &reason);
  check(target == NULL && reason.length < 300, "a reason shows a part of a long Location");
  free(target);
  buffer_free(&reason);
}

static void test_statuses(void) {
  static const long redirects[] = {301, 302, 303, 307, 308},
                    others[] = {200, 201, 204, 300, 304, 305, 306, 309, 400, 503, 0};
  for (size_t i = 0; i < sizeof redirects / sizeof *redirects; i++)
    check(redirect_is_status(redirects[i]), "a status of a redirect");
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check(!redirect_is_status(others[i]), "a status of another response");
}

static void test_methods(void) {
  static const struct {
    long status;
    const char *method, *expected;
  } methods[] = {
      {303, "GET", "GET"},         {303, "HEAD", "HEAD"},       {303, "OPTIONS", "GET"},
      {303, "TRACE", "GET"},       {301, "OPTIONS", "OPTIONS"}, {302, "OPTIONS", "OPTIONS"},
      {307, "OPTIONS", "OPTIONS"}, {308, "TRACE", "TRACE"},     {302, "HEAD", "HEAD"}};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    struct redirect redirect = {.status = methods[i].status, .method = methods[i].method};
    char name[80];
    snprintf(name, sizeof name, "%ld after %s: %s", methods[i].status, methods[i].method,
             methods[i].expected);
    check(strcmp(redirect_method(&redirect), methods[i].expected) == 0, name);
  }
}

void redirect_test(void) {
  test_targets();
  test_slashes();
  test_long_location();
  test_statuses();
  test_methods();
}
