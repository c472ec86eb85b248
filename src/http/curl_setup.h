/*
** curl_setup.h: sets URL, proxy, protocol, TLS and socket options on a curl handle.
*/
#ifndef HARNEST_CURL_SETUP_H
#define HARNEST_CURL_SETUP_H

#include <curl/curl.h>
#include <stdbool.h>

/*
** How to connect to servers. The strings are owned by the client; NULL means libcurl's default. The
** proxy "" means none.
*/
struct curl_settings {
  double connect_timeout; /* seconds */
  const char *proxy, *ca_file, *ca_path, *client_cert, *client_key, *user_agent;
  const char *client_key_password; /* of the file client_key; NULL for none */
  bool insecure;                   /* certificates are not verified */
  bool best_effort_revocation;     /* a certificate whose revocation cannot be checked is valid */
};

/* Whether TLS is that of Windows (Schannel), which reads neither directories nor PEM keys. */
bool curl_setup_has_schannel(void);

/* Sets the options of a fresh handle. Returns false on out of memory or if the URL is invalid. */
bool curl_setup_prepare(CURL *easy, const struct curl_settings *settings, const char *url);

/*
** Sets a string option; libcurl copies `text`. Does nothing if `text` is NULL. Returns false on out
** of memory.
*/
bool curl_setup_text(CURL *easy, CURLoption option, const char *text);

#endif
