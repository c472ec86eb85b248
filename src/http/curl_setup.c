/*
** curl_setup.c: sets the options of a curl handle.
*/
#include "http/curl_setup.h"

#include <stdlib.h>

#include "base/clock.h"
#include "http/url.h"
#include "system.h"

#define CURL_SETUP_RECEIVE_BUFFER (256L * 1024)

bool curl_setup_text(CURL *easy, CURLoption option, const char *text) {
  return text == NULL || curl_easy_setopt(easy, option, text) != CURLE_OUT_OF_MEMORY;
}

/* Whether the request may go through a proxy that needs the whole URL in the request line. */
static bool may_be_relayed(const struct curl_settings *settings, const char *url) {
  if (settings->proxy != NULL) return url_is_plain(url) && *settings->proxy != '\0';
  return url_is_plain(url) && (getenv("http_proxy") != NULL || getenv("all_proxy") != NULL ||
                               getenv("ALL_PROXY") != NULL);
}

/*
** Sets the URL and the request target. Without the latter libcurl would send the request without
** its query when it has no memory for it.
*/
static bool set_url(CURL *easy, const char *url, bool is_relayed) {
  if (curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK) return false;
  const char *path = url_path(url);
  return *path != '/' || is_relayed || curl_setup_text(easy, CURLOPT_REQUEST_TARGET, path);
}

static bool set_protocol(CURL *easy, const char *url) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  /*
  ** with TLS the handshake shows if a connection can be shared; without it only the first response
  ** does, which is late
  */
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url_is_plain(url) ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  /* a close does not wait for the thread of a DNS lookup */
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, CURL_SETUP_RECEIVE_BUFFER);
  return curl_setup_text(easy, CURLOPT_ACCEPT_ENCODING, "");
}

/* Sets how the certificate of a server is verified, and that of a proxy that speaks TLS. */
static bool set_authorities(CURL *easy, const struct curl_settings *settings) {
  /*
  ** if a default certificate path is set libcurl does not cache the default file, which costs 30 ms
  ** a connection
  */
  if (settings->ca_path == NULL &&
      (settings->ca_file != NULL || curl_version_info(CURLVERSION_NOW)->cainfo != NULL)) {
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
  }
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, settings->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, settings->insecure ? 0L : 2L);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, settings->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, settings->insecure ? 0L : 2L);
  return curl_setup_text(easy, CURLOPT_CAINFO, settings->ca_file) &&
         curl_setup_text(easy, CURLOPT_CAPATH, settings->ca_path) &&
         curl_setup_text(easy, CURLOPT_PROXY_CAINFO, settings->ca_file) &&
         curl_setup_text(easy, CURLOPT_PROXY_CAPATH, settings->ca_path);
}

/* Only Schannel checks revocation. Other TLS libraries ignore the option. */
static void set_revocation(CURL *easy, const struct curl_settings *settings) {
#if LIBCURL_VERSION_NUM >= 0x074600
  if (!settings->best_effort_revocation) return;
  curl_easy_setopt(easy, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_REVOKE_BEST_EFFORT);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_OPTIONS, (long)CURLSSLOPT_REVOKE_BEST_EFFORT);
#else
  (void)easy, (void)settings;
#endif
}

static bool set_tls(CURL *easy, const struct curl_settings *settings) {
  const char *password = settings->client_key_password;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  set_revocation(easy, settings);
  /* without a password OpenSSL would ask for it on the terminal */
  return set_authorities(easy, settings) &&
         curl_setup_text(easy, CURLOPT_KEYPASSWD, password != NULL ? password : "") &&
         curl_setup_text(easy, CURLOPT_SSLCERT, settings->client_cert) &&
         curl_setup_text(easy, CURLOPT_SSLKEY, settings->client_key);
}

/* libcurl's CURLOPT_OPENSOCKETFUNCTION: child processes do not inherit the socket. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address) {
  (void)context, (void)purpose;
  return (curl_socket_t)system_socket_open(address->family, address->socktype, address->protocol);
}

bool curl_setup_prepare(CURL *easy, const struct curl_settings *settings, const char *url) {
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, clock_limit(settings->connect_timeout));
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  bool is_relayed = may_be_relayed(settings, url), uses_tls = is_relayed || !url_is_plain(url);
  return set_url(easy, url, is_relayed) && set_protocol(easy, url) &&
         (!uses_tls || set_tls(easy, settings)) &&
         curl_setup_text(easy, CURLOPT_USERAGENT, settings->user_agent) &&
         curl_setup_text(easy, CURLOPT_PROXY, settings->proxy);
}
