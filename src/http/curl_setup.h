/*
** curl_setup.h: sets URL, proxy, protocol, TLS and socket options on a curl handle.
*/
#ifndef HARNEST_CURL_SETUP_H
#define HARNEST_CURL_SETUP_H

#include <curl/curl.h>
#include <stdbool.h>

#include "http/curl_settings.h"

/* Sets the options of a fresh handle. Returns false on out of memory or if the URL is invalid. */
bool curl_setup_prepare(CURL *easy, const struct curl_settings *settings, const char *url);

/*
** Sets a string option; libcurl copies `text`. Does nothing if `text` is NULL. Returns false on out
** of memory.
*/
bool curl_setup_text(CURL *easy, CURLoption option, const char *text);

#endif
