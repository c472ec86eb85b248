/*
** listing_state.h: the state of a listing, and its place in the current page.
*/
#ifndef HARNEST_LISTING_STATE_H
#define HARNEST_LISTING_STATE_H

#include <lua.h>

#include "json/json_value.h"
#include "jsonapi/cursor.h"
#include "jsonapi/pages.h"
#include "lua/document/document.h"
#include "lua/document/row_line.h"

/* Keys of the listing's own table. */
enum held { HELD_CLIENT = 1, HELD_PAGE, HELD_URL, HELD_COLUMNS, HELD_NULL_TEXT, HELD_OTHERS };

struct listing {
  struct pages pages;
  bool by_page; /* yields pages, not resources */
  bool views;   /* pages use views instead of tables */
  bool closed;
  bool busy;                 /* `pages` must not change now: see call_busy */
  bool cancelled;            /* cancelled while busy */
  struct json_iterator walk; /* over the current page */
  size_t position, count;    /* resources yielded of the page, and their total */
  size_t from;               /* `position` before the first one of them that is shown */
  size_t turned;             /* number of pages so far */
  size_t unstepped;          /* resources taken since step_engine last stepped */
  bool hides_page;           /* no script has seen the current page, which was made for rows */
  struct cursor_list list;   /* for cursors */
  size_t ahead;              /* for `pages`, as soon as a resource was yielded */
  struct columns *columns;   /* of rows, else NULL; owned by the listing's own table */
  bool has_lines;            /* rows are lines, as `line` says */
  struct row_line line;
};

/* Goes to before the first resource of the current page that is shown. */
void listing_begin_page(struct listing *listing, const struct document *document);

/* Moves `walk` and `position` to the next resource that the document shows, and returns it. */
struct json_value listing_next_resource(const struct document *document, struct json_iterator *walk,
                                        size_t *position);

/*
** Goes back to before the resource that was taken last, if it was taken from the current page. The
** listing's own table is on top. [-0, +0, e]
*/
void listing_go_back(lua_State *L, struct listing *listing);

/* Counts a resource; after LISTING_STEP_EVERY of them, steps the engine of a blocking client. */
void listing_step(struct listing *listing);

#endif
