/*
** listing_items.h: pushes the next resource of a listing's current page, the values of its row, or
** lines.
*/
#ifndef HARNEST_LISTING_ITEMS_H
#define HARNEST_LISTING_ITEMS_H

#include <lua.h>

#include "lua/client/listing_state.h"

/* The index of the page above a listing at index 1, after listing_take; the results follow it. */
#define LISTING_PAGE_INDEX 4

/* What listing_take has done. */
enum listing_push {
  PUSH_FINE,
  PUSH_CHANGED, /* a finalizer took from the listing meanwhile; nothing was taken */
  PUSH_REFUSED  /* the list fails because of the row */
};

/*
** Takes the next resource of the current page, and pushes the listing's own table, its columns, the
** page and the results: the resource and the page; for rows the values; for lines their text, with
** their number if they are joined, and the new names of attributes without column. If it raises,
** nothing is taken. Stack: listing. [-0, +*, e]
*/
enum listing_push listing_take(lua_State *L, struct listing *listing);

/* Takes the rest of the current page, and pushes the page as the last of its values. [-0, +3, -] */
void listing_take_page(lua_State *L, struct listing *listing);

#endif
