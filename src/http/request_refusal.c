/*
** request_refusal.c: requests that must not be sent.
*/
#include "http/request_refusal.h"

#include <errno.h>

#include "http/url.h"

#define REQUEST_PLAIN_REFUSED(secret) \
  "the " secret " is not sent over plain http; use https (or the option insecure, if you must)"

const char *request_refusal(const struct request *request, enum error_kind *error) {
  const struct session *session = request->session;
  const struct credentials *credentials = session->credentials;
  bool has_token = credentials->authorization.length > 0;
  *error = KIND_REFUSED;
  if (credentials->lacks_memory) return ERROR_NO_MEMORY;
  if (session_replays(session)) return NULL; /* nothing is sent, so no token is needed */
  *error = KIND_UNAUTHORIZED;
  if (credentials->source == CREDENTIALS_FUNCTION && !has_token)
    return credentials->reason != NULL        ? credentials->reason
           : credentials->takes_authorization ? "the authorization function returned nothing"
                                              : "the token function returned no token";
  *error = KIND_REFUSED;
  if (session->dialect == DIALECT_HARNEST && !has_token) return session_token_advice(session);
  if (has_token && !session->transfer.curl.insecure && url_is_plain(request->url) &&
      !session_is_loopback(session, request->url))
    return errno == ENOMEM                    ? ERROR_NO_MEMORY
           : credentials->takes_authorization ? REQUEST_PLAIN_REFUSED("authorization")
                                              : REQUEST_PLAIN_REFUSED("token");
  return NULL;
}
