/*
** curl_setup.c: what an easy handle of libcurl is told of where it goes, and how.
*/
#include "http/curl_setup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/url.h"

#define CURL_SETUP_RECEIVE_BUFFER (256L * 1024)

bool curl_setup_text(CURL *easy, CURLoption option, const char *text) {
  return text == NULL || curl_easy_setopt(easy, option, text) != CURLE_OUT_OF_MEMORY;
}

/* Whether a proxy may stand between that wants the whole URL in the request line. */
static bool may_be_relayed(const struct curl_settings *settings, const char *url) {
  return url_is_plain(url) && (settings->proxy != NULL || getenv("http_proxy") != NULL ||
                               getenv("all_proxy") != NULL || getenv("ALL_PROXY") != NULL);
}

/* Gives libcurl the URL, and what stands in the request line: by itself it goes on without a query it has no memory for. */
static bool set_url(CURL *easy, const struct curl_settings *settings, const char *url) {
  if (curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK) return false;
  const char *authority = strstr(url, "://");
  const char *path = authority != NULL ? authority + 3 + strcspn(authority + 3, "/?#") : "";
  return *path != '/' || may_be_relayed(settings, url) ||
         curl_setup_text(easy, CURLOPT_REQUEST_TARGET, path);
}

static bool set_protocol(CURL *easy, const char *url) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  /* waiting for a connection that may be shared is worth while where the handshake tells; else it is for the first answer */
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url_is_plain(url) ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  /* the thread that looks a name up is left to itself where nobody waits for it any more, rather than waited for */
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, CURL_SETUP_RECEIVE_BUFFER);
  return curl_setup_text(easy, CURLOPT_ACCEPT_ENCODING, "");
}

static bool set_tls(CURL *easy, const struct curl_settings *settings) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  /* a default path of certificates beside the default file keeps libcurl from caching the file, at 30 ms a connection */
  if (settings->ca_path == NULL &&
      (settings->ca_file != NULL || curl_version_info(CURLVERSION_NOW)->cainfo != NULL))
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, settings->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, settings->insecure ? 0L : 2L);
  return curl_setup_text(easy, CURLOPT_CAINFO, settings->ca_file) &&
         curl_setup_text(easy, CURLOPT_CAPATH, settings->ca_path) &&
         curl_setup_text(easy, CURLOPT_SSLCERT, settings->client_cert) &&
         curl_setup_text(easy, CURLOPT_SSLKEY, settings->client_key);
}

/* libcurl's CURLOPT_OPENSOCKETFUNCTION: a socket that programs which the script starts do not get. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address) {
  (void)context, (void)purpose;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool curl_setup_prepare(CURL *easy, const struct curl_settings *settings, const char *url) {
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, clock_limit(settings->connect_timeout));
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  return set_url(easy, settings, url) && set_protocol(easy, url) && set_tls(easy, settings) &&
         curl_setup_text(easy, CURLOPT_USERAGENT, settings->user_agent) &&
         curl_setup_text(easy, CURLOPT_PROXY, settings->proxy);
}
