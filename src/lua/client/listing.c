/*
** listing.c: the iterator userdata over a list's pages. Its own table holds, under the keys of
** listing_state.h, the client, the current page (a document userdata), the URL of that page, or of
** the first page before it arrives, and the columns of rows; of lines the text of null, and the
** attributes without column that were named. The table has these slots from the start, so setting
** them allocates nothing.
**
** Functions that allocate in Lua may run finalizers, which may use the listing. Two rules apply:
** turning the page and creating an error run as `busy`, see call_busy; creating a resource or the
** values of a row, which happens too often for that, detects a change afterwards, see
** listing_items.c.
**
** An iterator over rows has a metatable of its own, so that a `for` loop takes any number of values
** from it and two from the others.
*/
#include "lua/client/listing.h"

#include "jsonapi/cursor.h"
#include "jsonapi/pages.h"
#include "lua/client/client.h"
#include "lua/client/listing_items.h"
#include "lua/client/listing_options.h"
#include "lua/client/response.h"
#include "lua/document/row_line.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/null.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define LISTING_TYPE "harnest.listing"
#define ROWS_TYPE "harnest.rows"

/* The error of requests that core.listing_cancel ends. */
#define CANCEL_REASON "a coroutine that waited for it was cancelled"

/* The upvalues of core.list_next. */
enum upvalue {
  UPVALUE_METATABLE = 1,
  UPVALUE_ROWS_METATABLE,
  UPVALUE_TURN_PAGE,
  UPVALUE_PUSH_ERROR
};

static struct listing *check(lua_State *L) {
  struct listing *listing = luaL_testudata(L, 1, LISTING_TYPE);
  if (listing == NULL) listing = luaL_testudata(L, 1, ROWS_TYPE);
  if (listing == NULL)
    usage_error_raise(L, "expected an iterator, got %s; methods are called as list:name(...)",
                      options_describe(L, 1));
  return listing;
}

/*
** As check, but fast, for core.list_next, which is called once per resource.
*/
static struct listing *check_quickly(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  if (listing == NULL || !lua_getmetatable(L, 1) ||
      !(lua_rawequal(L, -1, lua_upvalueindex(UPVALUE_METATABLE)) ||
        lua_rawequal(L, -1, lua_upvalueindex(UPVALUE_ROWS_METATABLE))))
    return check(L);
  lua_pop(L, 1);
  return listing;
}

/*
** core.listing(client, options): creates a listing; sends nothing yet. Options: url; refused (a
** string: the listing fails with kind "refused" for this reason); limit (resources); after (a
** cursor); pages (yields pages instead of resources); prefetch and concurrency (pages); whole (the
** client's deadline applies to the whole listing, not to each page); began (with whole: the
** core.now() time from which the deadline counts; default: now); exact (a checked filter that
** resources must match exactly); view (pages use views). For rows: columns (of core.columns, for
** this listing alone); include (relationships that columns follow are included); missing (columns
** that no resource has are nil); null (null is harnest.null, not nil); sparse (the URL limits the
** fields of the list's type); lines (rows are lines: what row_line_check accepts). Stack: client,
** options (a table).
*/
static int f_listing(lua_State *L) {
  lua_settop(L, 2);
  struct session *session = client_check(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  listing_check_options(L);
  bool of_rows = options_push(L, 2, "columns");
  lua_settop(L, 2);
  struct listing *listing =
      compat_newuserdata(L, sizeof *listing, of_rows ? ROWS_TYPE : LISTING_TYPE);
  lua_createtable(L, HELD_OTHERS, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, HELD_CLIENT);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, -3, 1);
  listing_read_options(L, listing, session);
  lua_pop(L, 1);
  return 1;
}

/*
** Calls the function in an upvalue with the listing at index 1. The function allocates in Lua,
** which may run finalizers. Meanwhile `pages` does not change: no finalizer may take from the
** listing, and one that closes or cancels it does so when the function has returned or raised.
** Nothing is allocated before the listing is busy; PUC Lua 5.1 and LuaJIT would allocate a function
** that is pushed here, and the finalizer of that moment could drop the page that the caller has
** seen. [-0, +results, e]
*/
static void call_busy(lua_State *L, struct listing *listing, enum upvalue function, int results) {
  lua_pushvalue(L, lua_upvalueindex((int)function));
  lua_pushvalue(L, 1);
  listing->busy = true;
  int status = lua_pcall(L, 1, results, 0);
  listing->busy = false;
  if (listing->closed)
    pages_close(&listing->pages);
  else if (listing->cancelled)
    pages_cancel(&listing->pages, CANCEL_REASON);
  listing->cancelled = false;
  if (status != 0) lua_error(L);
}

/*
** Makes the next page, which is ready, the current one, and stores its userdata and URL. If it
** raises, nothing has changed. Stack: listing.
*/
static int turn_page(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  const struct page *page = pages_peek(&listing->pages);
  bool hides = listing->columns != NULL;
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_PAGE);
  if (!hides || !listing->hides_page || !document_reuse(L, -1, page->document)) {
    lua_pop(L, 1);
    document_push(L, page->document);
  }
  if (listing->views) document_use_views(L, -1);
  const struct document *document = lua_touserdata(L, -1);
  lua_pushstring(L, page->url);
  lua_rawseti(L, -3, HELD_URL);
  lua_rawseti(L, -2, HELD_PAGE);
  pages_drop(&listing->pages);
  listing->count = document->store.count;
  listing->hides_page = hides;
  listing->turned++;
  listing_begin_page(listing, document);
  return 0;
}

/* Requests the second page when a resource of the first one is in use. */
static void begin_prefetch(struct listing *listing) {
  if (listing->pages.ahead == listing->ahead || listing->count == 0 || listing->closed) return;
  if (listing->position == listing->from) return; /* after go_back */
  listing->pages.ahead = listing->ahead;
  pages_advance(&listing->pages, false);
}

/* Pushes the error object of the failed request. Stack: listing. */
static int push_error(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  response_push_error(L, listing->pages.request);
  return 1;
}

/*
** Whether Lua must act before the list goes on or ends: take trace events, serve the store of the
** cache, or get a token for which an open list may wait.
*/
static bool needs_lua(const struct pages *pages) {
  const struct session *session = pages->session;
  return trace_waits(&session->trace) || session_needs_store(session) ||
         (pages->state == PAGES_OPEN && session_wants_token(session));
}

/*
** Returns the results of core.list_next without a current page: nil at the end, nil and an error,
** or the listing itself if it has to wait.
*/
static int push_end(lua_State *L, struct listing *listing) {
  struct pages *pages = &listing->pages;
  if (pages->state == PAGES_OPEN || needs_lua(pages)) {
    lua_pushvalue(L, 1);
    return 1;
  }
  lua_pushnil(L);
  if (pages->state != PAGES_FAILED) return 1;
  call_busy(L, listing, UPVALUE_PUSH_ERROR, 1);
  return 2;
}

/* Options of core.listing_rows. */
static const struct option row_options[] = {
    {.name = "null", .type = OPTION_ANY},
    {.name = "lines", .type = OPTION_ANY},
    {.name = "again", .type = OPTION_BOOLEAN},
    {.name = NULL},
};

/*
** core.listing_rows(listing, columns, options): makes an iterator over resources one over rows,
** from its next resource on, and returns it. Columns (of core.columns, for this listing alone) that
** no resource has are nil, and nothing is included for them. Options (a table or nil): null
** (harnest.null: keeps null); lines; again (begins with the resource that was taken last). Stack:
** listing, columns, options.
*/
static int f_listing_rows(lua_State *L) {
  lua_settop(L, 3);
  struct listing *listing = check(L);
  if (listing->by_page)
    usage_error_raise(L, "rows: expected an iterator over resources, got one over pages");
  if (listing->busy)
    usage_error_raise(L, "rows: this iterator is at work; a finalizer cannot change it now");
  struct columns *columns = row_check_columns(L, 2);
  if (lua_isnil(L, 3)) {
    lua_newtable(L);
    lua_replace(L, 3);
  } else if (!lua_istable(L, 3)) {
    usage_error_raise(L, "rows: options: expected a table, got %s", options_describe(L, 3));
  }
  options_check(L, 3, "rows: options.", row_options);
  columns->accepts_missing = true;
  columns->keeps_null = options_push(L, 3, "null");
  if (columns->keeps_null && !null_is(L, -1))
    usage_error_raise(L, "rows: options.null: expected harnest.null, got %s",
                      options_describe(L, -1));
  if (options_push(L, 3, "lines")) row_line_check(L, -1, "rows: options.");
  lua_settop(L, 3);
  lua_getiuservalue(L, 1, 1);
  listing_read_lines(L, listing, 3);
  if (options_boolean(L, 3, "again", false)) listing_go_back(L, listing);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, HELD_COLUMNS);
  listing->columns = columns;
  /* if api:rows began it, pages need not have its columns any more */
  listing->pages.columns = NULL;
  luaL_getmetatable(L, ROWS_TYPE);
  lua_setmetatable(L, 1);
  lua_settop(L, 1);
  return 1;
}

/*
** core.list_next(listing): returns the next resource and its page, the next page, or the values of
** the next row; nil at the end; nil and an error object; or the listing itself if it has to wait
** until core.listing_ready returns true. Upvalues: see enum upvalue. Stack: listing.
*/
static int f_list_next(lua_State *L) {
  struct listing *listing = check_quickly(L);
  if (listing->busy)
    return usage_error_raise(L,
                             "next: this iterator is at work; a finalizer cannot take from it now");
  begin_prefetch(listing);
  while (!listing->closed) {
    lua_settop(L, 1);
    if (listing->position < listing->count) {
      listing_step(listing);
      if (listing_take(L, listing) == PUSH_FINE) return lua_gettop(L) - LISTING_PAGE_INDEX;
      continue;
    }
    pages_advance(&listing->pages, true);
    if (needs_lua(&listing->pages) || pages_peek(&listing->pages) == NULL)
      return push_end(L, listing);
    call_busy(L, listing, UPVALUE_TURN_PAGE, 0);
    if (listing->closed) break;
    pages_advance(&listing->pages, false);
    if (!listing->by_page) continue;
    listing_take_page(L, listing);
    return 1;
  }
  return 0;
}

/*
** core.listing_ready(listing): returns whether core.list_next would not have to wait.
** Returns false while the listing is busy. Stack: listing.
*/
static int f_ready(lua_State *L) {
  lua_settop(L, 1);
  struct listing *listing = check(L);
  struct pages *pages = &listing->pages;
  bool has_item = listing->position < listing->count;
  bool ready = false;
  if (!listing->busy) {
    if (!listing->closed) pages_advance(pages, !has_item);
    ready = listing->closed || has_item || pages_peek(pages) != NULL || !pages_is_waiting(pages);
  }
  lua_pushboolean(L, ready);
  return 1;
}

/*
** core.listing_is_list(listing): returns whether the first page is a list, not one resource or
** null; nil if no page arrived. Call it when the listing is ready and before core.list_next. Stack:
** listing.
*/
static int f_is_list(lua_State *L) {
  lua_settop(L, 1);
  const struct page *page = pages_peek(&check(L)->pages);
  if (page == NULL) return 0;
  lua_pushboolean(L, page->document->is_list);
  return 1;
}

/*
** core.listing_paging(listing): returns how the list goes on after the last page: the name of the
** rule (see struct pagination; nil if none applied), the path and query of the next page (nil if
** there is none), the size of a full page (nil if unknown), and whether the list has failed, so
** that core.list_next returns its error without a request. Use it without prefetching. Stack:
** listing.
*/
static int f_paging(lua_State *L) {
  lua_settop(L, 1);
  const struct pages *pages = &check(L)->pages;
  lua_pushstring(L, pages->paging.rule);
  bool has_next = pages->next_url != NULL && pages->state != PAGES_FAILED;
  lua_pushstring(L, has_next ? cursor_path_of(pages->next_url) : NULL);
  lua_pushnil(L);
  if (pages->page_size > 0) {
    compat_pushinteger(L, pages->page_size);
    lua_replace(L, -2);
  }
  lua_pushboolean(L, pages->state == PAGES_FAILED);
  return 4;
}

/*
** core.listing_cancel(listing): fails the listing's pending requests with kind "cancelled"; later
** calls of core.list_next return that error. Stack: listing.
*/
static int f_cancel(lua_State *L) {
  lua_settop(L, 1);
  struct listing *listing = check(L);
  if (listing->busy)
    listing->cancelled = true;
  else if (!listing->closed)
    pages_cancel(&listing->pages, CANCEL_REASON);
  return 0;
}

/* core.listing_is_closed(listing): returns whether the listing was closed. Stack: listing. */
static int f_is_closed(lua_State *L) {
  lua_settop(L, 1);
  lua_pushboolean(L, check(L)->closed);
  return 1;
}

/* core.client_of(listing): returns the client of the listing. Stack: listing. */
static int f_client_of(lua_State *L) {
  lua_settop(L, 1);
  check(L);
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_CLIENT);
  return 1;
}

/*
** Pushes the listing's URL, and returns its part from the path on. Stack: listing. [-0, +2, -]
*/
static const char *push_path(lua_State *L) {
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_URL);
  return cursor_path_of(lua_tostring(L, -1));
}

/*
** listing:cursor(): returns a string with which the query option `after` continues behind the last
** yielded resource, in another process too. It contains the page's path and query, but no secret of
** the client. Stack: listing.
*/
static int m_cursor(lua_State *L) {
  lua_settop(L, 1);
  const struct listing *listing = check(L);
  char start[CURSOR_START_SIZE];
  struct cursor cursor = {
      .list = listing->list, .position = (int64_t)listing->position, .path = push_path(L)};
  cursor_write_start(&cursor, start);
  lua_pushfstring(L, "%s%s", start, cursor.path);
  return 1;
}

/*
** listing:close(): stops the listing and cancels its pending requests. Idempotent. Stack: listing.
*/
static int m_close(lua_State *L) {
  lua_settop(L, 1);
  struct listing *listing = check(L);
  if (!listing->busy) pages_close(&listing->pages);
  listing->closed = true;
  return 0;
}

/*
** __gc: closes the listing, even if it is busy: the state may be closed by os.exit in a finalizer,
** after which the function that made it busy does not continue. Stack: listing.
*/
static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  struct listing *listing = check(L);
  listing->busy = false;
  row_line_free(&listing->line);
  return m_close(L);
}

static int m_tostring(lua_State *L) {
  lua_settop(L, 1);
  check(L);
  lua_pushfstring(L, LISTING_TYPE ": %s", push_path(L));
  return 1;
}

static const luaL_Reg methods[] = {{"cursor", m_cursor}, {"close", m_close}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__gc", m_gc},
    {"__close", m_close},
    {"__tostring", m_tostring},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"listing", f_listing},
    {"listing_ready", f_ready},
    {"listing_is_list", f_is_list},
    {"listing_is_closed", f_is_closed},
    {"listing_paging", f_paging},
    {"listing_cancel", f_cancel},
    {"client_of", f_client_of},
    {"listing_rows", f_listing_rows},
    {NULL, NULL},
};

void listing_open(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  metatable_push(L, LISTING_TYPE, metamethods);
  metatable_push(L, ROWS_TYPE, metamethods);
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -2);
  lua_pushcfunction(L, turn_page);
  lua_pushcfunction(L, push_error);
  lua_pushcclosure(L, f_list_next, UPVALUE_PUSH_ERROR);
  lua_setfield(L, -4, "list_next");
  metatable_push_methods(L, methods);
  lua_pushvalue(L, -1);
  lua_setfield(L, -4, "__index");
  lua_setfield(L, -4, "listing_methods");
  lua_setfield(L, -3, "rows_metatable");
  lua_setfield(L, -2, "listing_metatable");
}
