/*
** credentials.h: what requests send as Authorization: a token or a whole value. A client and the
** clients derived from it share it, so that one call of the token function serves them all.
*/
#ifndef HARNEST_CREDENTIALS_H
#define HARNEST_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "http/request_queue.h"

enum credentials_source {
  CREDENTIALS_NONE,
  CREDENTIALS_FIXED,   /* a string, which never changes */
  CREDENTIALS_FUNCTION /* called while wanted; its result is passed to credentials_set */
};

struct credentials {
  unsigned references;
  enum credentials_source source;
  bool takes_authorization; /* the "token" is the whole value of Authorization */
  /* the header line, empty if there is none, and the one before, which texts must not show either;
     both are wiped before they are freed */
  struct buffer authorization, previous;
  unsigned generation;          /* number of credentials_set calls */
  bool wanted;                  /* requests wait for credentials_set */
  bool lacks_memory;            /* there is no token because of out of memory */
  char *reason;                 /* why the function returned no token; NULL for none; owned */
  struct request_queue waiting; /* requests of all its clients that wait for it */
};

/* Makes credentials without a token, with one reference. Returns NULL on out of memory. */
struct credentials *credentials_new(bool takes_authorization);

/* Adds a reference, until credentials_release. */
struct credentials *credentials_hold(struct credentials *credentials);

/* Gives up a reference. The last one wipes the token. `credentials` may be NULL. */
void credentials_release(struct credentials *credentials);

/*
** Sets the token (the value of Authorization if `takes_authorization`), copied. If `token` is NULL
** there is none, for `reason`, which is copied and may be NULL; resets lacks_memory. Returns false
** and changes nothing if the token has characters that a header must not contain, the value is not
** a scheme and credentials, or, with errno ENOMEM, on out of memory.
*/
bool credentials_set(struct credentials *credentials, const char *token, size_t length,
                     const char *reason);

/* Returns the name of the option that sets them, for messages. */
static inline const char *credentials_option(const struct credentials *credentials) {
  return credentials->takes_authorization ? "authorization" : "token";
}

#endif
