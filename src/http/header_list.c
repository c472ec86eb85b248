/*
** header_list.c: lists of header lines.
*/
#include "http/header_list.h"

#include <curl/curl.h>
#include <stddef.h>
#include <string.h>

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

const char *header_list_next(const struct curl_slist **rest) {
  const struct curl_slist *line = *rest;
  if (line == NULL) return NULL;
  *rest = line->next;
  return line->data;
}

void header_list_wipe(struct curl_slist *list) {
  for (struct curl_slist *line = list; line != NULL; line = line->next)
    for (volatile char *at = line->data; *at != '\0'; at++) *at = '\0';
  curl_slist_free_all(list);
}

bool header_list_is_named(const char *line, const char *name) {
  size_t length = strlen(name);
  return curl_strnequal(line, name, length) && (line[length] == ':' || line[length] == ';');
}

const char *header_list_value(const struct curl_slist *lines, const char *name) {
  while (lines != NULL && !header_list_is_named(lines->data, name)) lines = lines->next;
  if (lines == NULL) return NULL;
  const char *value = lines->data + strlen(name) + 1;
  return value + strspn(value, " \t");
}

void header_list_remove(struct curl_slist **list, const char *name) {
  for (struct curl_slist *line; (line = *list) != NULL;) {
    if (!header_list_is_named(line->data, name)) {
      list = &line->next;
      continue;
    }
    *list = line->next;
    line->next = NULL;
    curl_slist_free_all(line);
  }
}
