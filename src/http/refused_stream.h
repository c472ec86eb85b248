/*
** refused_stream.h: recognizes HTTP/2 requests that the server did not process, although they were
** sent: it closed the connection by a GOAWAY that names an earlier stream as the last one, or reset
** the stream with REFUSED_STREAM (RFC 9113, 6.8 and 8.7).
**
** libcurl 7.88 sends such requests again, like those of a connection that died, and reports the
** difference only in the texts for CURLOPT_DEBUGFUNCTION. If a libcurl has other texts, no request
** is recognized. A REFUSED_STREAM without GOAWAY is recognized only on a new connection.
*/
#ifndef HARNEST_REFUSED_STREAM_H
#define HARNEST_REFUSED_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "net/goaway.h"

/* Where a transfer is sent. Zeroed at first. */
struct refused_stream {
  long connection;      /* libcurl's number of the connection, plus 1; 0 if it is unknown */
  unsigned long stream; /* 0 if it is unknown */
};

/*
** Reads one text of libcurl about the transfer. Stores a GOAWAY in `goaways`, those of all
** transfers that share the connection. Returns whether the text says that libcurl gives the request
** up, or sends it again, and the server did not process it.
*/
bool refused_stream_read(struct refused_stream *place, struct goaways *goaways, const char *text,
                         size_t length);

#endif
