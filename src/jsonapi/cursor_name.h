/*
** cursor_name.h: names of members that hold a cursor, and the query parameters that take it.
*/
#ifndef HARNEST_CURSOR_NAME_H
#define HARNEST_CURSOR_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Where a member is. */
enum member_place {
  PLACE_META,        /* in `meta` */
  PLACE_META_OBJECT, /* in an object in `meta`, for example `meta.page` */
  PLACE_ROOT,        /* beside `data` */
  PLACE_ROOT_OBJECT  /* in an object beside `data`, for example `pagination` */
};

enum cursor_kind {
  CURSOR_OF_NEXT,  /* states a next page */
  CURSOR_OF_END,   /* states where this page ends; there is a next page if the server says so */
  CURSOR_OF_EITHER /* states the next page, or repeats the cursor of the request */
};

struct cursor_name {
  const char *name; /* in lower case, without `_` and `-` */
  enum cursor_kind kind;
  bool telltale;         /* an object with it is about pages */
  bool brief;            /* means a cursor only in an object about pages */
  const char *snake;     /* the parameter for a member in snake_case or of one word */
  const char *camel;     /* the parameter for a member in camelCase */
  const char *in_meta;   /* the parameter if the member is in `meta`; NULL: as above */
  const char *in_object; /* the parameter if it is in an object in `meta`; NULL: as above */
};

/* Returns the entry for a plain name; NULL if there is none. */
const struct cursor_name *cursor_name_find(const char *plain);

/* Returns the parameter for a cursor. `name` is the member's name as written. */
const char *cursor_name_parameter(const struct cursor_name *cursor, const char *name, size_t length,
                                  enum member_place place);

#endif
