/*
** cache_record.h: a stored response as bytes, for a store outside of this process on the same
** machine, whose processes have the same clock_now().
*/
#ifndef HARNEST_CACHE_RECORD_H
#define HARNEST_CACHE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct cache_record {
  double fresh_until, stale_until; /* as in struct cache_entry */
  double writes;                   /* the store's count of writes when the request was sent */
  const char *headers, *body;      /* not owned */
  size_t headers_length, body_length;
};

/* Returns the number of bytes that cache_record_write writes. */
size_t cache_record_size(const struct cache_record *record);

void cache_record_write(const struct cache_record *record, char *bytes);

/*
** Reads a record, which points into `bytes`. Returns false if they are none, or one of another
** version.
*/
bool cache_record_read(struct cache_record *record, const char *bytes, size_t length);

#endif
