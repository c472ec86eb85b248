/*
** json_write.h: parts of JSON text: strings, and the members of an object in order.
*/
#ifndef HARNEST_JSON_WRITE_H
#define HARNEST_JSON_WRITE_H

#include <stddef.h>

#include "base/buffer.h"

/*
** Appends `length` bytes of `string` in quotes, with only the escapes that JSON requires. Returns
** how many of its bytes precede the first one that is not UTF-8. If that is less than `length`, the
** text is incomplete.
*/
size_t json_write_string(struct buffer *text, const char *string, size_t length);

/* A member in the text: `"name":value,` */
struct json_write_member {
  size_t start, length; /* of the member, in bytes of the text */
  const char *name;     /* in the text, after its opening quote; set by json_write_sort */
  size_t name_length;   /* bytes of the name as escaped in the text */
};

/*
** Sorts the `count` members (at least 1), which are adjacent at the end of the text, by the bytes
** of their names. On out of memory it leaves their order and sets the buffer's `failed`.
*/
void json_write_sort(struct buffer *text, struct json_write_member *members, size_t count);

#endif
