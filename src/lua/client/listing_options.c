/*
** listing_options.c: reads the options of core.listing.
*/
#include "lua/client/listing_options.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/url.h"
#include "lua/document/row.h"
#include "lua/query/exact_from_lua.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

static const struct option known[] = {
    {.name = "url", .type = OPTION_TEXT},
    {.name = "refused", .type = OPTION_TEXT},
    {.name = "limit", .type = OPTION_POSITIVE},
    {.name = "after", .type = OPTION_TEXT},
    {.name = "pages", .type = OPTION_BOOLEAN},
    {.name = "prefetch", .type = OPTION_COUNT},
    {.name = "concurrency", .type = OPTION_POSITIVE},
    {.name = "whole", .type = OPTION_BOOLEAN},
    {.name = "began", .type = OPTION_SECONDS},
    {.name = "view", .type = OPTION_BOOLEAN},
    {.name = "exact", .type = OPTION_TABLE},
    {.name = "columns", .type = OPTION_ANY},
    {.name = "include", .type = OPTION_BOOLEAN},
    {.name = "missing", .type = OPTION_BOOLEAN},
    {.name = "null", .type = OPTION_BOOLEAN},
    {.name = "sparse", .type = OPTION_BOOLEAN},
    {.name = "lines", .type = OPTION_ANY},
    {.name = NULL},
};

void listing_check_options(lua_State *L) {
  options_check(L, 2, "listing.", known);
}

/*
** Reads a cursor. Returns the URL at which to continue, which the caller owns. Raises a usage
** error for an invalid cursor and for one of another list. [-0, +0, v]
*/
static char *read_cursor(lua_State *L, struct listing *listing, const char *text,
                         const char *base) {
  struct cursor cursor;
  switch (cursor_read(text, listing->list, &cursor)) {
    case CURSOR_VALID: break;
    case CURSOR_INVALID:
      lua_pushstring(L, text);
      usage_error_raise(
          L, "query.after: invalid cursor \"%s\" (expected a string returned by :cursor())",
          usage_error_quote(L, -1));
      break;
    case CURSOR_OTHER_TARGET:
      usage_error_raise(
          L, "query.after: this cursor was taken in the listing of another type, path or link");
      break;
    case CURSOR_OTHER_QUERY:
      usage_error_raise(L,
                        "query.after: this cursor was taken in a listing with another filter, "
                        "sort, include, fields or params; "
                        "give the same, or none: the cursor has them");
      break;
    case CURSOR_NO_PAGE:
      usage_error_raise(L, "query.after: this cursor has no position and path");
      break;
  }
  errno = 0;
  char *url = url_resolve(base, cursor.path);
  if (url == NULL || url_compare_origin(base, url) != URL_SAME) {
    bool lacks_memory = errno == ENOMEM; /* either function may lack it */
    free(url);
    if (lacks_memory) luaL_error(L, "not enough memory");
    usage_error_raise(L, "query.after: the path of this cursor leads to no URL of this server");
    return NULL;
  }
  listing->list = cursor.list;
  listing->pages.skip = cursor.position;
  listing->position = (size_t)cursor.position;
  return url;
}

/*
** Reads the columns of rows from the options at index 2, if there are any, and stores them in the
** listing's own table, which is on top. [-0, +0, v]
*/
static void read_columns(lua_State *L, struct listing *listing) {
  if (!options_push(L, 2, "columns")) return;
  struct columns *columns = row_check_columns(L, -1);
  lua_rawseti(L, -2, HELD_COLUMNS);
  columns->adds_include = options_boolean(L, 2, "include", false);
  columns->accepts_missing = options_boolean(L, 2, "missing", false);
  columns->keeps_null = options_boolean(L, 2, "null", false);
  columns->sparse = options_boolean(L, 2, "sparse", false);
  listing->columns = listing->pages.columns = columns;
}

void listing_read_lines(lua_State *L, struct listing *listing, int index) {
  listing->has_lines = options_push(L, index, "lines");
  if (!listing->has_lines) return;
  row_line_read(L, -1, &listing->line);
  lua_rawseti(L, -3, HELD_NULL_TEXT);
  lua_pop(L, 1);
  lua_newtable(L);
  lua_rawseti(L, -2, HELD_OTHERS);
}

void listing_read_options(lua_State *L, struct listing *listing, struct session *session) {
  struct pages *pages = &listing->pages;
  const char *start = options_string(L, 2, "url", session->base),
             *after = options_string(L, 2, "after", NULL);
  const char *refused = options_string(L, 2, "refused", NULL);
  listing->by_page = options_boolean(L, 2, "pages", false);
  listing->views = options_boolean(L, 2, "view", false);
  listing->list = cursor_list_of(start);
  pages->wanted = options_whole(L, 2, "limit", -1);
  listing->ahead = (size_t)options_whole(L, 2, "prefetch", session->prefetch);
  /* a blocking script sees the first resource before the second page is requested */
  bool waits = !session->has_loop && !listing->by_page;
  pages->ahead = waits ? 0 : listing->ahead;
  pages->concurrency = (size_t)options_whole(L, 2, "concurrency", 1);
  unsigned most = session->engine != NULL ? session_limit(session)->maximum : 1;
  if (pages->concurrency > most) pages->concurrency = most;
  pages->deadline = CLOCK_NEVER;
  if (options_boolean(L, 2, "whole", false) && session->deadline < CLOCK_NEVER)
    pages->deadline = options_seconds(L, 2, "began", clock_now()) + session->deadline;
  if (options_push(L, 2, "exact")) {
    exact_from_lua(L, -1, &pages->exact);
    lua_pop(L, 1);
  }
  read_columns(L, listing);
  listing_read_lines(L, listing, 2);
  char *url = after != NULL ? read_cursor(L, listing, after, session->base) : strdup(start);
  if (url == NULL) luaL_error(L, "not enough memory");
  pages_begin(pages, session, url, refused);
  lua_pushstring(L, url);
  lua_rawseti(L, -2, HELD_URL);
}
