/*
** session.h: what all requests of one client share: base URL, token, limits, counts, trace. The
** client sets the options; requests read them and update the rest. One thread.
*/
#ifndef HARNEST_SESSION_H
#define HARNEST_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "cassette/cassette.h"
#include "net/engine.h"
#include "http/cache.h"
#include "http/credentials.h"
#include "http/dialect.h"
#include "http/pace.h"
#include "http/request_queue.h"
#include "http/trace.h"
#include "http/transfer.h"

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
  uint64_t sequence;     /* requests that were started */
};

/* An entry that the store shall have. */
struct session_published {
  struct session_published *next;
  struct cache_entry *entry; /* a reference */
};

/* What Lua must do with the store of the cache, if it has one. */
struct session_store {
  struct request_queue asking;                /* requests that wait for its answer */
  struct session_published *published, *last; /* a queue; owned */
  bool has_written;                           /* its count of writes must grow */
};

struct session {
  struct session_engine *engine;     /* shared, not owned; NULL when the client is closed */
  long process;                      /* the process that uses it; after a fork set to the child */
  bool forked;                       /* it has requests from before a fork, for request_adopt */
  struct pace *pace;                 /* a reference; NULL when the client is closed */
  struct credentials *credentials;   /* likewise */
  struct cache *cache;               /* likewise; NULL if the client has none */
  struct cassette *cassette;         /* likewise */
  struct connection_limit own_limit; /* for session_limit; `maximum` is 0 for that of the pace */
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
  bool dry_run;            /* requests are traced, and fail instead of being sent */
  bool has_loop;           /* only the loop steps the engine; the worker thread runs it */
  bool in_nginx;           /* nginx passes no variables by itself, which messages say */
  int64_t max_pages;       /* of one list */
  double max_retry_wait, deadline; /* seconds; CLOCK_NEVER for no deadline */

  struct buffer client_key_password; /* of transfer.curl; owned, wiped before it is freed */
  struct buffer spare_body;          /* for session_lend_body; owned */

  struct request_queue sent; /* others wait in the queues of pace and credentials */
  size_t pending_count;      /* requests that are not done */
  struct session_store store;
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
** After a fork, sets `forked`, and sets the running jobs of the limits to 0: see pace_notice_fork.
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

/* Sets the password of transfer.curl.client_key, copied. Returns false on out of memory. */
bool session_set_key_password(struct session *session, const char *password);

/* Returns the limit of concurrent transfers of an open client. */
static inline struct connection_limit *session_limit(struct session *session) {
  return session->own_limit.maximum > 0 ? &session->own_limit : &session->pace->limit;
}

/* Whether a cassette answers all requests, so that none is sent. */
static inline bool session_replays(const struct session *session) {
  return session->cassette != NULL && session->cassette->mode == CASSETTE_REPLAY;
}

/* Returns the header line Authorization; NULL if there is no token or the client is closed. */
static inline const char *session_authorization(const struct session *session) {
  const struct credentials *credentials = session->credentials;
  bool has_any = credentials != NULL && credentials->authorization.length > 0;
  return has_any ? credentials->authorization.bytes : NULL;
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

/* Whether the token function must be called. */
static inline bool session_wants_token(const struct session *session) {
  return session->credentials != NULL && session->credentials->wanted && !session_replays(session);
}

/* Returns what to do if there is no token, for messages. */
const char *session_token_advice(const struct session *session);

/* Queues a copy of the entry for the store of the cache, if it has one. Not on out of memory. */
void session_publish(struct session *session, struct cache_entry *entry);

/*
** Removes the first entry of that queue and returns it, with its reference, for cache_release. NULL
** if there is none.
*/
struct cache_entry *session_take_published(struct session *session);

/* Whether Lua must read from the store or write to it. */
static inline bool session_needs_store(const struct session *session) {
  const struct session_store *store = &session->store;
  return store->asking.first != NULL || store->published != NULL || store->has_written;
}

/* Whether Lua must act: call the token function, take trace events, or serve the store. */
bool session_needs_lua(const struct session *session);

/*
** Gives a body that has no memory, of a response that will come, that of an earlier one, if there
** is any: small pages would allocate and free it each time.
*/
void session_lend_body(struct session *session, struct buffer *body);

/*
** Keeps the memory of a body that is not needed any more for the next one. Frees it if it is large,
** if memory is kept already, or if the client is closed. The body is without memory afterwards.
*/
void session_return_body(struct session *session, struct buffer *body);

/* Returns a random number of at least 0 and below 1, to spread retries. Not for secrets. */
double session_random(struct session *session);

/* Frees what the session owns and wipes the token. Its requests must be closed or done. */
void session_free(struct session *session);

#endif
