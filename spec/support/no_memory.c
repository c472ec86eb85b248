/*
** no_memory.c: a library to preload. libcurl reports a refused connection as out of memory. So a
** request to a closed port has the same effect on the requests that run beside it as a request for
** which libcurl lacks memory.
*/
#include <curl/curl.h>
#include <dlfcn.h>
#include <string.h>

typedef CURLMsg *reader(CURLM *, int *);

__attribute__((visibility("default"))) CURLMsg *curl_multi_info_read(CURLM *multi, int *left) {
  void *symbol = dlsym(RTLD_NEXT, "curl_multi_info_read");
  reader *real;
  memcpy(&real, &symbol, sizeof real);
  CURLMsg *message = real(multi, left);
  if (message != NULL && message->data.result == CURLE_COULDNT_CONNECT)
    message->data.result = CURLE_OUT_OF_MEMORY;
  return message;
}
