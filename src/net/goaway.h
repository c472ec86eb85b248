/*
** goaway.h: the last HTTP/2 streams that servers process on connections that they close (RFC 9113,
** 6.8). Only the most recent ones are kept. Not synchronized.
*/
#ifndef HARNEST_GOAWAY_H
#define HARNEST_GOAWAY_H

#include <stdbool.h>

#define GOAWAYS_KEPT 64

/* Zeroed at first. */
struct goaways {
  struct {
    long connection; /* 0 for none */
    unsigned long last_stream;
  } kept[GOAWAYS_KEPT];
  unsigned count; /* of those that were noted; the oldest are overwritten */
};

/* Stores a GOAWAY. Connections have numbers above 0, which are never used again. */
void goaways_note(struct goaways *goaways, long connection, unsigned long last_stream);

/* Whether a GOAWAY of the connection says that this stream was not and will not be processed. */
bool goaways_exclude(const struct goaways *goaways, long connection, unsigned long stream);

#endif
