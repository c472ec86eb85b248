/*
** interaction.h: one request and what came of it, as a JSON object in the text of a cassette:
**   {"request": {…}, "response": {"status": 200, "headers": {"etag": "\"1\""}, "body": {…}}}
**   {"request": {…}, "failure": {"kind": "timeout", "message": "…", "sent": false}}
** recorded_request.h describes the request. A body is the member `body` (JSON), `text` or `base64`.
*/
#ifndef HARNEST_INTERACTION_H
#define HARNEST_INTERACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "json/json.h"
#include "json/json_scan.h"

/*
** The most arrays and objects in each other that a body has as JSON, so that the file, where four
** are around it, can be parsed. (The parser takes JSON_DEPTH only if the innermost one is empty.) A
** deeper body is a text.
*/
#define INTERACTION_BODY_DEPTH (JSON_DEPTH - 5)

/* What is in the member of a body. */
enum interaction_body { INTERACTION_EMPTY, INTERACTION_JSON, INTERACTION_TEXT, INTERACTION_BASE64 };

/* All parts are in the text that was read; of those that are missing, `text` is NULL. */
struct interaction {
  struct json_span whole, request;
  struct json_span response, headers, body; /* the response, and parts of it */
  struct json_span failure;                 /* in place of a response */
  enum interaction_body body_type;
  int status;    /* of the response; 0 for a failure */
  uint64_t hash; /* of the request */
};

/* An exchange without a complete response. */
struct interaction_failure {
  const char *kind; /* a literal: network, protocol, refused, timeout or tls */
  bool sent;        /* the server may have got the request; true unless the file says false */
  bool permanent;   /* a retry would fail, too */
  bool at_deadline; /* the call ended by it */
  int status;       /* of the response that was not complete; 0 for none */
};

/*
** Reads the interaction at which the scan is, and moves over it. `document` is for parsing; after
** the text, JSON_PADDING bytes must be readable. Returns false on a problem: then scan->at is its
** place, and `problem` gets a short text. On out of memory `problem` has failed.
*/
bool interaction_read(struct json_scan *scan, struct json_document *document,
                      const struct buffer *ignored, struct interaction *interaction,
                      struct buffer *problem);

/*
** Parses a part of the text, with integers beyond 64 bits as floats. Valid until the next use of
** the document. Returns no value if it has a number that no float can hold; that is appended to
** `problem`, which has failed on out of memory. JSON_PADDING bytes must be readable after the part.
*/
struct json_value interaction_parse(struct json_document *document, struct json_span part,
                                    struct buffer *problem);

/*
** Reads the failure of an interaction that has one, and appends its message to `reason`. On out of
** memory `reason` has failed.
*/
struct interaction_failure interaction_failure(struct json_document *document,
                                               const struct interaction *interaction,
                                               struct buffer *reason);

#endif
