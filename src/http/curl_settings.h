/*
** curl_settings.h: the options of a client for libcurl, which curl_setup.h sets on a handle.
*/
#ifndef HARNEST_CURL_SETTINGS_H
#define HARNEST_CURL_SETTINGS_H

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

#endif
