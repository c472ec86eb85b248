/*
** session.h: what all requests of one client share: where the server is, the token, limits, counts,
** the trace. Plain data with few rules; the client fills it in, requests read it and count in it.
*/
#ifndef HARNEST_SESSION_H
#define HARNEST_SESSION_H

#include <sys/types.h>

#include "base/buffer.h"
#include "net/engine.h"
#include "http/cache.h"
#include "http/dialect.h"
#include "http/rate_limiter.h"
#include "http/retry.h"
#include "http/trace.h"
#include "http/transfer.h"

/* What comes before the token in `authorization`. */
#define SESSION_TOKEN_FIELD "Authorization: Bearer "

struct request;

enum session_token {
  SESSION_TOKEN_NONE,    /* requests go without Authorization */
  SESSION_TOKEN_FIXED,   /* a string for good */
  SESSION_TOKEN_FUNCTION /* asked for while token_wanted, given by session_set_token */
};

struct session_counts {
  uint64_t requests, retries, bytes_in, bytes_out, connections;
  uint64_t cached; /* answers taken from the cache, with or without asking */
  double waited;   /* seconds a caller spent waiting for the network or a backoff */
};

/* Requests in the order in which they were started. The queue does not own them. */
struct request_queue {
  struct request *first, *last;
  size_t count;
};

/*
** The Lua state's one engine, made when it is first wanted, and gone with the last client that is
** open.
*/
struct session_engine {
  struct engine *engine;
  unsigned clients;
};

struct session {
  struct session_engine *engine; /* shared; NULL once the client is closed */
  pid_t process;                 /* that it is in; another behind a fork */
  bool forked;                   /* it has requests that were begun before that: request_adopt */
  struct connection_limit limit;
  struct transfer_settings transfer;
  struct curl_slist *headers;        /* of every request; owned */
  const char *base;                  /* base URL, no slash at its end */
  const char *ext, *profile;         /* URIs with spaces between; NULL for none */
  const char *accept, *content_type; /* header lines, for calls that bring none of their own */
  enum dialect dialect;
  int retries;                     /* attempts after the first */
  int prefetch;                    /* pages asked for ahead */
  bool driven;                     /* only a loop steps the engine, and a helper does the work */
  int64_t max_pages;               /* of one list */
  double max_retry_wait, deadline; /* seconds; CLOCK_NEVER for no deadline */

  enum session_token token_source;
  struct buffer
      authorization; /* "Authorization: Bearer ...", empty while there is none; owned, wiped */
  unsigned token_generation; /* counts the tokens there were */
  bool token_wanted;         /* requests are waiting_for_token until session_set_token */
  char *token_reason;        /* why the last asking gave none; owned */

  struct cache *cache; /* NULL if the client has none; owned */
  struct retry_quota quota;
  struct rate_limiter rate_limiter; /* owned */
  double hold_until; /* clock_now() time before which the server wants no more requests */

  struct request_queue sent, waiting_for_token, waiting_for_slot; /* all that are not done */
  uint64_t sequence;                                              /* requests that were started */
  bool is_filling_slots; /* requests that waited for a slot are being sent */
  struct session_counts counts;
  struct trace trace;
  uint64_t random; /* the state of session_random */
};

/*
** The engine of the session, with its helper where the session is driven by a loop; NULL when none
** can be made or the session has ended. In a forked process it is made anew, and knows nothing of
** what was under way.
*/
struct engine *session_engine(struct session *session);

/*
** Behind a fork, sets `forked`, and opens the limit: what runs is the parent's, and none of it
** comes back here.
*/
void session_notice_fork(struct session *session);

/* Gives the session its part in an engine, until session_free. */
void session_share(struct session *session, struct session_engine *shared);

/*
** Takes a token (NULL: there is none, for `reason`) and drops what was cached with the one before.
** False when it cannot stand in a header, or (errno is ENOMEM) without memory; nothing changes
** then.
*/
bool session_set_token(struct session *session, const char *token, size_t length,
                       const char *reason);

/* Whether there is something for Lua to do: a token to ask for, trace events to give out. */
bool session_needs_lua(const struct session *session);

/* Returns how many requests of the session are not done. */
static inline size_t session_pending_count(const struct session *session) {
  return session->sent.count + session->waiting_for_token.count + session->waiting_for_slot.count;
}

/* A random number from 0 up to 1, to spread retries; not for secrets. */
double session_random(struct session *session);

/* Frees what the session owns and wipes the token. Its requests must have been closed. */
void session_free(struct session *session);

#endif
