/*
** header_list.h: libcurl's lists of header lines.
*/
#ifndef HARNEST_HEADER_LIST_H
#define HARNEST_HEADER_LIST_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/* Appends a copy of the line to the list, which the caller frees by curl_slist_free_all. False, and as before, without memory. */
static inline bool header_list_add(struct curl_slist **list, const char *line) {
  struct curl_slist *longer = curl_slist_append(*list, line);
  if (longer != NULL) *list = longer;
  return longer != NULL;
}

#endif
