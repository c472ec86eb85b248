/*
** json_members.c: the members of a JSON object, put in order within the text.
*/
#include "json/json_members.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare_members(const void *a, const void *b) {
  const struct encode_member *first = a, *second = b;
  size_t common =
      first->name_length < second->name_length ? first->name_length : second->name_length;
  int order = memcmp(first->name, second->name, common);
  return order != 0 ? order
                    : (first->name_length > second->name_length) -
                          (first->name_length < second->name_length);
}

void json_members_sort(struct buffer *text, struct encode_member *members, size_t count) {
  size_t start = members[0].start, length = text->length - start;
  bool in_order = true;
  for (size_t i = 0; i < count; i++) {
    members[i].name = text->bytes + members[i].start + 1;
    if (i > 0 && compare_members(&members[i - 1], &members[i]) > 0) in_order = false;
  }
  if (in_order || !buffer_reserve(text, length)) return;
  for (size_t i = 0; i < count; i++) members[i].name = text->bytes + members[i].start + 1;
  qsort(members, count, sizeof *members, compare_members);
  char *sorted = text->bytes + text->length;
  for (size_t i = 0; i < count; i++) {
    memcpy(sorted, text->bytes + members[i].start, members[i].length);
    sorted += members[i].length;
  }
  memcpy(text->bytes + start, text->bytes + text->length, length);
}
