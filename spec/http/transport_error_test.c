/*
** transport_error_test.c: texts about deadlines.
*/
#include "http/transport_error.h"

#include <string.h>

#include "check.h"
#include "base/clock.h"

static const struct {
  double seconds;
  int attempts;
  enum deadline_wait wait;
  const char *text;
} cases[] = {
    {3, 2, DEADLINE_IN_EXCHANGE, "deadline of 3 s reached after 2 attempts"},
    {3, 1, DEADLINE_IN_EXCHANGE, "deadline of 3 s reached after 1 attempt"},
    {0.5, 12, DEADLINE_IN_EXCHANGE, "deadline of 0.5 s reached after 12 attempts"},
    {86400, 1, DEADLINE_IN_EXCHANGE, "deadline of 86400 s reached after 1 attempt"},
    {CLOCK_NEVER, 1, DEADLINE_IN_EXCHANGE, "deadline reached after 1 attempt"},
    {3, 0, DEADLINE_FOR_TOKEN, "deadline of 3 s reached while waiting for the token"},
    {3, 1, DEADLINE_FOR_TOKEN,
     "deadline of 3 s reached after 1 attempt, while waiting for the token"},
    {0.001, 0, DEADLINE_FOR_SLOT,
     "deadline of 0.001 s reached while waiting for a slot of the rate limit (option rate)"},
    {3, 0, DEADLINE_FOR_CONNECTION,
     "deadline of 3 s reached before the request was sent (at most max_connections requests run at "
     "once)"},
    {3, 0, DEADLINE_BEFORE_SENDING, "deadline of 3 s reached before the request was sent"},
    {3, 2, DEADLINE_BEFORE_SENDING,
     "deadline of 3 s reached after 2 attempts, before the request was sent"},
    {3, 0, DEADLINE_FOR_START,
     "deadline of 3 s ends before the time at which the request may be sent"},
    {1e300, 0, DEADLINE_FOR_TOKEN, "deadline reached while waiting for the token"},
    {1e20, 0, DEADLINE_FOR_TOKEN, "deadline of 1e20 s reached while waiting for the token"},
};

void transport_error_test(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer reason;
    buffer_init(&reason, 1000);
    buffer_puts(&reason, "of an earlier attempt");
    transport_error_describe_deadline(&reason, cases[i].seconds, cases[i].attempts, cases[i].wait);
    check(strcmp(buffer_text(&reason), cases[i].text) == 0, cases[i].text);
    buffer_free(&reason);
  }
  /* each count of attempts has its number */
  for (int attempts = 2; attempts < 60; attempts++) {
    char text[80];
    struct buffer reason;
    buffer_init(&reason, 1000);
    transport_error_describe_deadline(&reason, 3, attempts, DEADLINE_IN_EXCHANGE);
    snprintf(text, sizeof text, "deadline of 3 s reached after %d attempts", attempts);
    check(strcmp(buffer_text(&reason), text) == 0, text);
    buffer_free(&reason);
  }
}
