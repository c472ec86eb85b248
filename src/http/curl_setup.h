/*
** curl_setup.h: what an easy handle of libcurl is told of where it goes, and how: URL, proxy, protocol, TLS, sockets.
*/
#ifndef HARNEST_CURL_SETUP_H
#define HARNEST_CURL_SETUP_H

#include <curl/curl.h>
#include <stdbool.h>

/* How servers are reached. The strings are the client's; NULL means libcurl's default. */
struct curl_settings {
  double connect_timeout; /* seconds */
  const char *proxy, *ca_file, *ca_path, *client_cert, *client_key, *user_agent;
  bool insecure; /* certificates are not verified */
};

/* Readies a handle that knows nothing yet. False without memory, or for what is no URL. */
bool curl_setup_prepare(CURL *easy, const struct curl_settings *settings, const char *url);

/* Gives libcurl a text, which it copies; NULL is passed over. False without memory. */
bool curl_setup_text(CURL *easy, CURLoption option, const char *text);

#endif
