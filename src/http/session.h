/*
** session.h: what all requests of one client share: base URL, token, limits, counts, trace. The
** client sets the options; requests read them and update the rest. One thread.
*/
#ifndef HARNEST_SESSION_H
#define HARNEST_SESSION_H

#include "base/buffer.h"
#include "net/engine.h"
#include "http/cache.h"
#include "http/dialect.h"
#include "http/rate_limiter.h"
#include "http/request_queue.h"
#include "http/retry.h"
#include "http/trace.h"
#include "http/transfer.h"

enum session_token {
  SESSION_TOKEN_NONE,    /* requests are sent without Authorization */
  SESSION_TOKEN_FIXED,   /* a string, which never changes */
  SESSION_TOKEN_FUNCTION /* called while token_wanted; passes its result to session_set_token */
};

struct session_counts {
  uint64_t requests, retries, bytes_in, bytes_out, connections;
  uint64_t cached; /* responses from the cache, revalidated or not */
  double waited;   /* seconds for which callers waited for the network or a backoff */
};

/*
** The one engine of a Lua state. session_engine makes it when a request first needs it; the last
** user releases it.
*/
struct session_engine {
  struct engine *engine; /* NULL until needed; a reference */
  unsigned users;        /* open clients, and loops that watch its descriptor */
};

struct session {
  struct session_engine *engine; /* shared, not owned; NULL when the client is closed */
  long process;                  /* the process that uses it; after a fork set to the child */
  bool forked;                   /* it has requests from before a fork, for request_adopt */
  struct connection_limit limit;
  struct transfer_settings transfer;
  struct curl_slist *headers;        /* of every request; owned */
  const char *base;                  /* base URL, without a slash at its end */
  bool base_is_loopback;             /* url_is_loopback(base) */
  const char *ext, *profile;         /* URIs, separated by spaces; NULL for none */
  const char *accept, *content_type; /* header lines, of calls that do not set their own */
  enum dialect dialect;
  int retries;             /* attempts after the first */
  int prefetch;            /* pages that are requested ahead */
  bool ignore_link_origin; /* the origin of links does not count, only their path and query */
  bool has_loop;           /* only the loop steps the engine; the worker thread runs it */
  bool in_nginx;           /* nginx passes no variables by itself, which messages say */
  int64_t max_pages;       /* of one list */
  double max_retry_wait, deadline; /* seconds; CLOCK_NEVER for no deadline */

  enum session_token token_source;
  bool takes_authorization;    /* the "token" is the whole value of Authorization */
  struct buffer authorization; /* the header line; empty if there is no token; owned, wiped before
                                  it is freed */
  struct buffer client_key_password; /* of transfer.curl; owned, wiped before it is freed */
  unsigned token_generation;         /* number of session_set_token calls */
  bool token_wanted;                 /* requests wait for session_set_token */
  bool token_lacks_memory;           /* there is no token because of out of memory */
  char *token_reason; /* why the token function returned no token; NULL for none; owned */

  struct cache *cache; /* NULL if the client has none; owned */
  struct retry_quota quota;
  struct rate_limiter rate_limiter; /* owned */
  double hold_until; /* clock_now() time before which the server accepts no requests */

  struct request_queue sent, waiting_for_token, waiting_for_slot; /* all requests not done */
  uint64_t sequence;                                              /* requests that were started */
  bool is_filling_slots; /* requests that waited for a slot are being sent */
  struct session_counts counts;
  struct trace trace;
  uint64_t random; /* the state of session_random */
};

/*
** Returns the session's engine, made if needed, with its worker thread if the session has a loop.
** Returns NULL if the system lacks resources or the client is closed. After a fork it makes a new
** engine, which has none of the parent's jobs. The session keeps the reference.
*/
struct engine *session_engine(struct session *session);

/*
** After a fork, sets `forked`, and sets the running jobs of the limit to 0: the running jobs belong
** to the parent and never finish in this process.
*/
void session_notice_fork(struct session *session);

/* Adds a user, until session_engine_leave. */
void session_engine_join(struct session_engine *shared);

/*
** Removes a user. The last one closes the connections, whose buffers may contain what was sent over
** them, the token too.
*/
void session_engine_leave(struct session_engine *shared);

/*
** Makes the engine's descriptor readable, since a request ended outside of a step. Does nothing if
** there is no engine, or only that of a parent process.
*/
void session_wake(struct session *session);

/* Attaches a new session to the Lua state's engine, until session_free. */
void session_share(struct session *session, struct session_engine *shared);

/*
** Sets the token (the value of Authorization if `takes_authorization`), copied, and clears the
** cache. If `token` is NULL there is none, for `reason`, which is copied and may be NULL; resets
** token_lacks_memory. Returns false and changes nothing if the token has characters that a header
** must not contain, the value is not a scheme and credentials, or, with errno ENOMEM, on out of
** memory.
*/
bool session_set_token(struct session *session, const char *token, size_t length,
                       const char *reason);

/* Returns the name of the option that sets the token, for messages. */
static inline const char *session_token_name(const struct session *session) {
  return session->takes_authorization ? "authorization" : "token";
}

/*
** url_is_loopback for the URL of a request, which mostly begins with the base. False on out of
** memory, with errno ENOMEM.
*/
bool session_is_loopback(const struct session *session, const char *url);

/*
** Whether a link to an absolute URL may be followed, with path and query on the client's origin.
** False on out of memory, with errno ENOMEM; otherwise errno is 0.
*/
bool session_accepts_link(const struct session *session, const char *url);

/*
** Returns what to do about a link that session_accepts_link refuses, a literal that follows the
** reason: the option ignore_link_origin if only scheme or port differ, as behind a reverse proxy.
** Returns "" if there is nothing to do, or on out of memory.
*/
const char *session_link_advice(const struct session *session, const char *url);

/* Returns what to do if there is no token, for messages. */
const char *session_token_advice(const struct session *session);

/* Whether Lua must act: call the token function, or take trace events. */
bool session_needs_lua(const struct session *session);

/* Returns how many requests of the session are not done. */
static inline size_t session_pending_count(const struct session *session) {
  return session->sent.count + session->waiting_for_token.count + session->waiting_for_slot.count;
}

/* Returns a random number of at least 0 and below 1, to spread retries. Not for secrets. */
double session_random(struct session *session);

/* Frees what the session owns and wipes the token. Its requests must be closed or done. */
void session_free(struct session *session);

#endif
