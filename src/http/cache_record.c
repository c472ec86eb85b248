/*
** cache_record.c: a stored response as bytes.
*/
#include "http/cache_record.h"

#include <stdint.h>
#include <string.h>

/* What precedes the headers and the body. Another version needs another mark. */
struct record_head {
  char mark[8];
  double fresh_until, stale_until, writes;
  uint64_t headers_length, body_length;
};

static const char mark[8] = "harnest1";

size_t cache_record_size(const struct cache_record *record) {
  return sizeof(struct record_head) + record->headers_length + record->body_length;
}

void cache_record_write(const struct cache_record *record, char *bytes) {
  struct record_head head = {.fresh_until = record->fresh_until,
                             .stale_until = record->stale_until,
                             .writes = record->writes,
                             .headers_length = record->headers_length,
                             .body_length = record->body_length};
  memcpy(head.mark, mark, sizeof mark);
  memcpy(bytes, &head, sizeof head);
  memcpy(bytes + sizeof head, record->headers, record->headers_length);
  if (record->body_length > 0)
    memcpy(bytes + sizeof head + record->headers_length, record->body, record->body_length);
}

bool cache_record_read(struct cache_record *record, const char *bytes, size_t length) {
  struct record_head head;
  if (length < sizeof head) return false;
  memcpy(&head, bytes, sizeof head);
  size_t left = length - sizeof head;
  if (memcmp(head.mark, mark, sizeof mark) != 0 || head.headers_length == 0 ||
      head.headers_length > left || head.body_length != left - head.headers_length)
    return false;
  *record = (struct cache_record){
      .fresh_until = head.fresh_until,
      .stale_until = head.stale_until,
      .writes = head.writes,
      .headers = bytes + sizeof head,
      .body = bytes + sizeof head + head.headers_length,
      .headers_length = (size_t)head.headers_length,
      .body_length = (size_t)head.body_length,
  };
  /* response_headers.h relies on the NUL */
  return record->headers[record->headers_length - 1] == '\0';
}
