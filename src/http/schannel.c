/*
** schannel.c: the TLS library of Windows.
*/
#include "http/schannel.h"

#include <curl/curl.h>
#include <stddef.h>
#include <string.h>

bool schannel_is_used(void) {
  static const char name[] = "Schannel";
  const char *backends = curl_version_info(CURLVERSION_NOW)->ssl_version;
  const char *found = backends != NULL ? strstr(backends, name) : NULL;
  return found != NULL && (found == backends || found[-1] != '('); /* in brackets: not in use */
}

bool schannel_is_in_store(const char *certificate) {
  return curl_strnequal(certificate, "CurrentUser\\", 12) ||
         curl_strnequal(certificate, "LocalMachine\\", 13);
}
