/*
** cache_record_test.c: records of stored responses, and what is none.
*/
#include "http/cache_record.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define HEADERS "etag: \"a\""

static void test_round(const char *body, size_t length) {
  struct cache_record record = {1.5, 2.5, 1e12, HEADERS, body, sizeof HEADERS, length}, read;
  size_t size = cache_record_size(&record);
  char *bytes = malloc(size); /* of the exact size, for the sanitizer */
  cache_record_write(&record, bytes);
  bool fine = cache_record_read(&read, bytes, size);
  check(fine && read.fresh_until == 1.5 && read.stale_until == 2.5 && read.writes == 1e12,
        "times and writes");
  check(fine && read.headers_length == sizeof HEADERS && strcmp(read.headers, HEADERS) == 0,
        "headers");
  check(fine && read.body_length == length && (length == 0 || memcmp(read.body, body, length) == 0),
        "body");
  bool none = true;
  for (size_t cut = 0; cut < size; cut++) none = none && !cache_record_read(&read, bytes, cut);
  check(none, "a record that is cut is none");
  int accepted = 0;
  for (size_t at = 0; at < size; at++) { /* must not read beyond the bytes */
    bytes[at] ^= 0x55;
    accepted += cache_record_read(&read, bytes, size);
    bytes[at] ^= 0x55;
  }
  check(accepted > 0 && (size_t)accepted < size, "a changed length or mark makes it none");
  free(bytes);
}

void cache_record_test(void) {
  test_round("{}", 2);
  test_round(NULL, 0);
}
