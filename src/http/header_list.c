/*
** header_list.c: lists of header lines.
*/
#include "http/header_list.h"

bool header_list_add(struct curl_slist **list, const char *line) {
  struct curl_slist *longer = curl_slist_append(*list, line);
  if (longer != NULL) *list = longer;
  return longer != NULL;
}

bool header_list_add_all(struct curl_slist **list, const struct curl_slist *lines) {
  for (; lines != NULL; lines = lines->next)
    if (!header_list_add(list, lines->data)) return false;
  return true;
}
