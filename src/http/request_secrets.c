/*
** request_secrets.c: the secrets of a request.
*/
#include "http/request_secrets.h"

#include "base/redact.h"
#include "http/secrets.h"
#include "http/url.h"

void request_secrets(const struct request *request, struct buffer *secrets) {
  const struct session *session = request->session;
  buffer_init(secrets, (size_t)-1 / 4);
  const struct curl_slist *sent = transfer_sent_headers(&request->transfer);
  if (sent != NULL) {
    secrets_add_lines(secrets, sent);
  } else {
    secrets_add_lines(secrets, session->headers);
    secrets_add_lines(secrets, request->headers);
  }
  /* a request without a token yet, or that was sent with the one before */
  const char *authorization = session_authorization(session);
  if (authorization != NULL) secrets_add_line(secrets, authorization);
  if (session->credentials != NULL && session->credentials->previous.length > 0)
    secrets_add_line(secrets, session->credentials->previous.bytes);
}

const char *request_redacted_url(const struct request *request, const struct buffer *secrets,
                                 struct buffer *url) {
  buffer_init(url, URL_MAXIMUM * 2);
  buffer_puts(url, request->url != NULL ? request->url : "");
  redact(url, secrets);
  const char *text = buffer_text(url);
  return text != NULL ? text : "";
}
