/*
** page_name.h: names of members that describe pages, in camelCase, snake_case and kebab-case.
*/
#ifndef HARNEST_PAGE_NAME_H
#define HARNEST_PAGE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_value.h"

/* What a member describes. */
enum page_slot {
  SLOT_NUMBER,
  SLOT_LAST,
  SLOT_PAGES,
  SLOT_NEXT,
  SLOT_TOTAL,
  SLOT_FILTERED, /* the total, if SLOT_TOTAL counts resources that the filter excludes */
  SLOT_COUNT,
  SLOT_SIZE,
  SLOT_OFFSET,
  SLOT_NEXT_OFFSET,
  SLOT_CURSOR,
  SLOT_END_CURSOR, /* the end of this page, which is no statement of a next one */
  SLOT_TO,
  SLOT_URL,
  SLOT_MORE,
  SLOT_IS_LAST,
  SLOT_NO_CURSOR, /* a null that may mean that there is no next page */
  SLOTS
};

/* Size of the longest known name, with its NUL. */
#define PAGE_NAME_SIZE 24

struct page_name {
  char name[PAGE_NAME_SIZE]; /* in lower case, without `_` and `-` */
  enum page_slot slot;
  bool telltale; /* an object with this name is about pages, whatever the object's own name */
  bool brief;    /* means pages only in an object about pages */
  const char *parameter; /* query parameter for an offset; NULL: the usual one */
};

/*
** Writes a name in lower case, without `_` and `-`. Returns false if it is longer than any known
** one.
*/
bool page_name_plain(const char *name, size_t length, char plain[PAGE_NAME_SIZE]);

/*
** Returns the entry for a plain name whose type the value has, or else one for the name; NULL if
** there is none.
*/
const struct page_name *page_name_find(const char *plain, struct json_value value);

/*
** Whether the value's type suits the slot: `meta.page`, for example, may be a number or an object.
*/
bool page_name_fits(enum page_slot slot, struct json_value value);

#endif
