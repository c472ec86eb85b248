/*
** json_members.h: the members of a JSON object, put in order within the text. Knows nothing of Lua.
*/
#ifndef HARNEST_JSON_MEMBERS_H
#define HARNEST_JSON_MEMBERS_H

#include <stddef.h>

#include "base/buffer.h"

/* A member that was written: `"name":value,` */
struct encode_member {
  size_t start, length; /* in the text */
  const char *name;     /* behind its quote in the text; set while they are sorted */
  size_t name_length;
};

/*
** Puts the `count` members, 1 or more, that stand one behind the other at the end of the text in the order of their
** names' bytes. Without memory it leaves them as they are and sets `failed`.
*/
void json_members_sort(struct buffer *text, struct encode_member *members, size_t count);

#endif
