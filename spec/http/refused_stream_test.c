/*
** refused_stream_test.c: refused_stream.h and goaway.h: which texts of libcurl mean that a request
** was not processed.
*/
#include <string.h>

#include "check.h"
#include "http/refused_stream.h"

#define REUSED "Re-using existing connection #5 with host localhost\n"
#define OPENED "Connected to localhost (127.0.0.1) port 443 (#5)\n"
#define STREAM "Using Stream ID: 41 (easy handle 0x5641)\n"
#define GOAWAY "recveived GOAWAY, error=0, last_stream=39\n"
#define RETRY "Connection died, retrying a fresh connect (retry count: 1)\n"

static const struct {
  const char *name, *texts; /* of the transfer, one a line */
  bool refused;             /* the last one says so */
} cases[] = {
    {"a later stream of a reused connection", REUSED STREAM GOAWAY RETRY, true},
    {"a later stream of a new connection", OPENED STREAM GOAWAY RETRY, true},
    {"the correct spelling", REUSED STREAM "received GOAWAY, error=0, last_stream=39\n" RETRY,
     true},
    {"a retry that is one too many",
     REUSED STREAM GOAWAY "Connection died, tried 5 times before giving up\n", true},
    {"the last stream that is processed",
     REUSED "Using Stream ID: 39 (easy handle 0x5641)\n" GOAWAY RETRY, false},
    {"a connection that dies", REUSED STREAM RETRY, false},
    {"a GOAWAY that excludes no stream yet",
     REUSED STREAM "recveived GOAWAY, error=0, last_stream=2147483647\n" RETRY, false},
    {"a second GOAWAY",
     REUSED STREAM "recveived GOAWAY, error=0, last_stream=2147483647\n" GOAWAY RETRY, true},
    {"a GOAWAY of another connection",
     "Re-using existing connection #4 with host localhost\n" STREAM GOAWAY REUSED STREAM RETRY,
     false},
    {"a retry of a retry", REUSED STREAM GOAWAY RETRY RETRY, false},
    {"a retry on the same stream of another connection",
     REUSED STREAM GOAWAY RETRY "Connected to localhost (127.0.0.1) port 443 (#6)\n" STREAM RETRY,
     false},
    {"no number of the connection", STREAM GOAWAY RETRY, false},
    {"no number of the stream", REUSED GOAWAY RETRY, false},
    {"a new connection without a stream", REUSED STREAM GOAWAY OPENED RETRY, false},
    {"libcurl says so", REUSED STREAM "REFUSED_STREAM, retrying a fresh connect\n", true},
    {"and counts", STREAM "REFUSED_STREAM, retrying a fresh connect\n" RETRY, false},
    {"a text without a number", "Using Stream ID: \n" REUSED GOAWAY RETRY, false},
};

/* Returns what the last of the texts means. */
static bool last_of(const char *texts, struct goaways *goaways) {
  struct refused_stream place = {0, 0};
  bool refused = false;
  for (const char *end; *texts != '\0'; texts = end) {
    end = strchr(texts, '\n') + 1;
    refused = refused_stream_read(&place, goaways, texts, (size_t)(end - texts));
  }
  return refused;
}

/* A GOAWAY counts for all transfers that share the connection, and only the newest are kept. */
static void test_sharing(void) {
  static struct goaways goaways;
  last_of(REUSED "Using Stream ID: 1 (easy handle 0x1)\n" GOAWAY, &goaways);
  check(last_of(REUSED STREAM RETRY, &goaways), "a GOAWAY that another transfer received");
  for (long connection = 100; connection < 100 + GOAWAYS_KEPT; connection++)
    goaways_note(&goaways, connection, 1);
  check(!last_of(REUSED STREAM RETRY, &goaways), "a GOAWAY that is no longer kept");
  check(goaways_exclude(&goaways, 100, 3) && !goaways_exclude(&goaways, 100, 1), "one that is");
}

void refused_stream_test(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct goaways goaways = {.count = 0};
    check(last_of(cases[i].texts, &goaways) == cases[i].refused, cases[i].name);
  }
  test_sharing();
}
