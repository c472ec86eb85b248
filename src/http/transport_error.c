/*
** transport_error.c: the meaning of an exchange that failed without a complete response.
*/
#include "http/transport_error.h"

#include <curl/curl.h>
#include <string.h>

#include "base/clock.h"
#include "base/excerpt.h"
#include "base/number_format.h"
#include "system.h"

/* Seconds above this may not fit an integer. */
#define TRANSPORT_ERROR_WHOLE 1e15

/* Whether TLS failed because the connection ended. libcurl has no code for that, only a text. */
static bool is_cut_handshake(const char *reason) {
  static const char *const words[] = {"SSL_connect: ",
                                      "unexpected eof",
                                      "Recv failure: ",
                                      "Send failure: ",
                                      "failed to receive handshake", /* Schannel */
                                      "failed to send initial handshake",
                                      "failed to send next handshake"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strstr(reason, words[i]) != NULL) return true;
  return false;
}

/*
** Whether the server refuses the client certificate. With TLS 1.3 it does so in place of the
** response, and has not read the request.
*/
static bool is_refused_certificate(const char *reason) {
  return strstr(reason, " alert ") != NULL &&
         (strstr(reason, "certificate") != NULL || strstr(reason, "unknown ca") != NULL);
}

/* Whether a reason is that the file client_key cannot be read, or its password is wrong. */
static bool is_unreadable_key(const struct transfer *transfer) {
  return transfer_result(transfer) == CURLE_SSL_CERTPROBLEM &&
         strstr(transfer_reason(transfer), "private key") != NULL;
}

/* Whether Schannel could not check whether the server's certificate is revoked. */
static bool is_unknown_revocation(const char *reason) {
  return strstr(reason, "NO_REVOCATION_CHECK") != NULL ||
         strstr(reason, "REVOCATION_OFFLINE") != NULL ||
         strstr(reason, "REVOCATION_STATUS_UNKNOWN") != NULL;
}

/* Whether there was no descriptor for a socket or for the thread of a DNS lookup. */
static bool lacks_descriptors(const struct transfer *transfer) {
  CURLcode result = transfer_result(transfer);
  return (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST ||
          result == CURLE_COULDNT_RESOLVE_PROXY) &&
         system_lacks_sockets();
}

/* Whether libcurl does not accept the URL of the proxy. It has no code for that, only a text. */
static bool is_wrong_proxy(const struct transfer *transfer) {
  CURLcode result = transfer_result(transfer);
  return (result == CURLE_COULDNT_RESOLVE_PROXY || result == CURLE_COULDNT_CONNECT) &&
         strstr(transfer_reason(transfer), "Unsupported proxy") != NULL;
}

static bool is_tls(const struct transfer *transfer) {
  return transport_error_of(transfer).kind == KIND_TLS;
}

struct transport_error transport_error_of(const struct transfer *transfer) {
  bool not_sent = !transfer_was_sent(transfer);
  if (transfer_lacks_memory(transfer))
    return (struct transport_error){KIND_REFUSED, not_sent, true};
  if (transfer_headers_are_too_large(transfer))
    return (struct transport_error){KIND_PROTOCOL, not_sent, true};
  if (transfer_lacks_proxy_credentials(transfer))
    return (struct transport_error){KIND_NETWORK, true, true};
  if (is_wrong_proxy(transfer)) return (struct transport_error){KIND_REFUSED, true, true};
  switch (transfer_result(transfer)) {
    case CURLE_OK: return (struct transport_error){KIND_PROTOCOL, false, false}; /* cut short */
    case CURLE_RECV_ERROR: /* libcurl has no code for an invalid chunk, only a text */
      if (is_refused_certificate(transfer_reason(transfer)))
        return (struct transport_error){KIND_TLS, true, true};
      return (struct transport_error){
          strstr(transfer_reason(transfer), "chunk") != NULL ? KIND_PROTOCOL : KIND_NETWORK,
          not_sent, false};
    case CURLE_OPERATION_TIMEDOUT: return (struct transport_error){KIND_TIMEOUT, not_sent, false};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: return (struct transport_error){KIND_NETWORK, true, false};
    case CURLE_SSL_CONNECT_ERROR:
      if (is_cut_handshake(transfer_reason(transfer)))
        return (struct transport_error){KIND_NETWORK, true, false};
      return (struct transport_error){KIND_TLS, true, true};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return (struct transport_error){KIND_TLS, true, true};
    case CURLE_PARTIAL_FILE: return (struct transport_error){KIND_PROTOCOL, false, false};
    case CURLE_WRITE_ERROR:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return (struct transport_error){KIND_PROTOCOL, not_sent, true};
    case CURLE_URL_MALFORMAT: return (struct transport_error){KIND_REFUSED, true, true};
    case CURLE_OUT_OF_MEMORY:
      return (struct transport_error){KIND_REFUSED, not_sent, !transfer_was_interrupted(transfer)};
    default: return (struct transport_error){KIND_NETWORK, not_sent, false};
  }
}

/* Appends a number of seconds, without an exponent or a fraction if it has none. */
static void append_seconds(struct buffer *text, double seconds) {
  char digits[NUMBER_FORMAT_SIZE];
  bool is_whole = seconds < TRANSPORT_ERROR_WHOLE && seconds == (double)(int64_t)seconds;
  size_t length = is_whole ? number_format_integer((int64_t)seconds, digits)
                           : number_format_float(seconds, digits);
  buffer_append(text, digits, length);
}

void transport_error_describe_deadline(struct buffer *reason, double seconds, int attempts,
                                       enum deadline_wait wait) {
  static const char *const waits[] = {
      [DEADLINE_IN_EXCHANGE] = "",
      [DEADLINE_FOR_TOKEN] = "while waiting for the token",
      [DEADLINE_FOR_SLOT] = "while waiting for a slot of the rate limit (option rate)",
      [DEADLINE_FOR_CONNECTION] =
          "before the request was sent (at most max_connections requests run at once)",
      [DEADLINE_BEFORE_SENDING] = "before the request was sent",
      [DEADLINE_FOR_START] = "before the time at which the request may be sent",
  };
  buffer_clear(reason);
  buffer_puts(reason, "deadline");
  if (seconds < CLOCK_NEVER) {
    buffer_puts(reason, " of ");
    append_seconds(reason, seconds);
    buffer_puts(reason, " s");
  }
  buffer_puts(reason, wait == DEADLINE_FOR_START ? " ends" : " reached");
  if (attempts > 0) buffer_printf(reason, " after %d attempt%s", attempts, attempts > 1 ? "s" : "");
  if (*waits[wait] != '\0') buffer_printf(reason, "%s %s", attempts > 0 ? "," : "", waits[wait]);
}

void transport_error_describe(const struct transfer *transfer, const struct proxy *proxy,
                              struct buffer *reason) {
  const char *encoding = transfer_header(transfer, "content-encoding");
  buffer_clear(reason);
  if (transfer_lacks_memory(transfer)) {
    buffer_puts(reason, "not enough memory for the response");
    return;
  }
  if (transfer_is_too_large(transfer)) {
    buffer_printf(reason, "the body is larger than max_response (%zu bytes)",
                  transfer->body.maximum);
    return;
  }
  if (transfer_headers_are_too_large(transfer)) {
    bool is_ambiguous = transfer_result(transfer) == CURLE_OUT_OF_MEMORY;
    buffer_printf(reason,
                  "the response headers are too large: more than %zu bytes, or a field longer than "
                  "libcurl accepts%s",
                  transfer->headers.maximum, is_ambiguous ? " (or not enough memory)" : "");
    return;
  }
  if (transfer_result(transfer) == CURLE_OUT_OF_MEMORY) {
    buffer_puts(reason, ERROR_NO_MEMORY);
    return;
  }
  if (transfer_is_cut_short(transfer)) {
    buffer_puts(reason, "the connection closed within the response headers");
    return;
  }
  if (transfer_result(transfer) == CURLE_SEND_FAIL_REWIND ||
      transfer_result(transfer) == CURLE_ABORTED_BY_CALLBACK) {
    buffer_puts(reason, "the connection closed without a response");
    return;
  }
  if (strstr(transfer_reason(transfer), "wrong version number") != NULL ||
      strstr(transfer_reason(transfer), "SEC_E_INVALID_TOKEN") != NULL) { /* Schannel */
    buffer_puts(reason, TRANSPORT_ERROR_NO_TLS);
    return;
  }
  if (transfer_lacks_proxy_credentials(transfer)) {
    proxy_describe_credentials(proxy, reason);
    return;
  }
  if (is_wrong_proxy(transfer)) { /* libcurl's text shows the password */
    proxy_describe_problem(proxy, reason);
    return;
  }
  if (lacks_descriptors(transfer)) {
    buffer_puts(reason, ERROR_NO_DESCRIPTORS);
    return;
  }
  if (transfer_result(transfer) == CURLE_WRITE_ERROR && encoding != NULL) {
    buffer_puts(reason, "the body continues after the end of its Content-Encoding ");
    excerpt_append(reason, encoding, strlen(encoding), EXCERPT_VALUE);
    buffer_puts(reason, " (libcurl reads only one member of a gzip file)");
    return;
  }
  if (is_tls(transfer) && transfer_failed_at_proxy(transfer))
    buffer_puts(reason, "TLS to the proxy: ");
  buffer_puts(reason, transfer_reason(transfer)[0] != '\0'
                          ? transfer_reason(transfer)
                          : curl_easy_strerror(transfer_result(transfer)));
  proxy_describe_source(proxy, transfer_reason(transfer), reason);
  if (is_unreadable_key(transfer))
    buffer_puts(reason, " (if the key is encrypted, see the option client_key_password)");
  if (is_unknown_revocation(transfer_reason(transfer)))
    buffer_puts(reason,
                " (if no list of revoked certificates is available, see the option revocation)");
}
