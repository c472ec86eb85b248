/*
** goaway.c: the last HTTP/2 streams that servers process.
*/
#include "net/goaway.h"

void goaways_note(struct goaways *goaways, long connection, unsigned long last_stream) {
  unsigned at = goaways->count++ % GOAWAYS_KEPT;
  goaways->kept[at].connection = connection;
  goaways->kept[at].last_stream = last_stream;
}

bool goaways_exclude(const struct goaways *goaways, long connection, unsigned long stream) {
  for (unsigned i = 0; i < GOAWAYS_KEPT; i++)
    if (goaways->kept[i].connection == connection && stream > goaways->kept[i].last_stream)
      return true;
  return false;
}
