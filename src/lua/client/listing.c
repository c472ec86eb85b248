/*
** listing.c: the iterator userdata over a list's pages. Its own table holds, under the keys below,
** the client, the current page (a document userdata), the URL of that page, or of the first page
** before it arrives, and the columns of rows; of lines the text of null, and the attributes without
** column that were named. The table has these slots from the start, so setting them allocates
** nothing.
**
** Functions that allocate in Lua may run finalizers, which may use the listing. Two rules apply:
** turning the page and creating an error run as `busy`, see call_busy; creating a resource or the
** values of a row, which happens too often for that, detects a change afterwards, see push_item.
**
** An iterator over rows has a metatable of its own, so that a `for` loop takes any number of values
** from it and two from the others.
*/
#include "lua/client/listing.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "http/url.h"
#include "jsonapi/cursor.h"
#include "jsonapi/pages.h"
#include "lua/client/client.h"
#include "lua/client/response.h"
#include "lua/document/row_line.h"
#include "lua/query/exact_from_lua.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/null.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define LISTING_TYPE "harnest.listing"
#define ROWS_TYPE "harnest.rows"
/*
** A blocking client steps the engine once per this many resources while the script works through
** pages, so that the next ones make progress.
*/
#define LISTING_STEP_EVERY 32

/* The error of requests that core.listing_cancel ends. */
#define CANCEL_REASON "a coroutine that waited for it was cancelled"
/* Size of the reason why a list of rows fails, with its NUL. */
#define ROW_REASON_SIZE 1024

enum held { HELD_CLIENT = 1, HELD_PAGE, HELD_URL, HELD_COLUMNS, HELD_NULL_TEXT, HELD_OTHERS };

/* The upvalues of core.list_next. */
enum upvalue {
  UPVALUE_METATABLE = 1,
  UPVALUE_ROWS_METATABLE,
  UPVALUE_TURN_PAGE,
  UPVALUE_PUSH_ERROR
};

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

/*
** Reads the option `lines` of the table at `index`, and stores what the lines need in the listing's
** own table, which is on top. [-0, +0, e]
*/
static void read_lines(lua_State *L, struct listing *listing, int index) {
  listing->has_lines = options_push(L, index, "lines");
  if (!listing->has_lines) return;
  row_line_read(L, -1, &listing->line);
  lua_rawseti(L, -3, HELD_NULL_TEXT);
  lua_pop(L, 1);
  lua_newtable(L);
  lua_rawseti(L, -2, HELD_OTHERS);
}

/*
** Reads the options at index 2 and begins the list. Stores the URL of its first page in the
** listing's own table, which is on top. [-0, +0, v]
*/
static void read_order(lua_State *L, struct listing *listing, struct session *session) {
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
  read_lines(L, listing, 2);
  char *url = after != NULL ? read_cursor(L, listing, after, session->base) : strdup(start);
  if (url == NULL) luaL_error(L, "not enough memory");
  pages_begin(pages, session, url, refused);
  lua_pushstring(L, url);
  lua_rawseti(L, -2, HELD_URL);
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
  options_check(L, 2, "listing.", known);
  bool of_rows = options_push(L, 2, "columns");
  lua_settop(L, 2);
  struct listing *listing =
      compat_newuserdata(L, sizeof *listing, of_rows ? ROWS_TYPE : LISTING_TYPE);
  lua_createtable(L, HELD_OTHERS, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, HELD_CLIENT);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, -3, 1);
  read_order(L, listing, session);
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

/* Goes to before the first resource of the current page that is shown. */
static void begin_page(struct listing *listing, const struct document *document) {
  struct json_value passed;
  listing->walk = json_iterate(document->store.data);
  for (listing->position = 0; listing->position < document->store.from; listing->position++)
    json_next_item(&listing->walk, &passed);
  listing->from = listing->position;
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
  begin_page(listing, document);
  return 0;
}

/* The stack's top after push_page above a listing at index 1, and the index of its own table. */
#define TOP_OF_PAGE 4
#define OWN_TABLE 2

/*
** Pushes the listing's own table, its columns, which a finalizer may replace meanwhile, and the
** userdata of the current page. [-0, +3, -]
*/
static void push_page(lua_State *L) {
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_COLUMNS);
  lua_rawgeti(L, -2, HELD_PAGE);
}

/*
** Fails the list because of the resource of the current page at `position`, whose row cannot be
** yielded; it stays the next one for a cursor. Stack: listing.
*/
static void refuse_row(lua_State *L, struct listing *listing, size_t position, const char *reason) {
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_URL);
  pages_refuse(&listing->pages, lua_tostring(L, -1), reason);
  listing->position = listing->count = position;
}

/* What push_item has done. */
enum push { PUSH_FINE, PUSH_CHANGED, PUSH_REFUSED };

/* Moves `walk` and `position` to the next resource that the document shows, and returns it. */
static struct json_value next_resource(const struct document *document, struct json_iterator *walk,
                                       size_t *position) {
  struct json_value resource = document->store.data;
  if (!document->store.is_list) {
    ++*position;
    return resource;
  }
  do json_next_item(walk, &resource);
  while (!document_store_shows(&document->store, (*position)++));
  return resource;
}

/* What a finalizer may change while a resource is pushed. */
struct state {
  size_t position, turned;
  const struct columns *columns;
};

static struct state state_of(const struct listing *listing) {
  return (struct state){listing->position, listing->turned, listing->columns};
}

/*
** Whether a finalizer has taken from the listing or changed its columns since then: within a page
** each resource taken increases `position`, and other columns have another address, because those
** compared with are on the stack and so are not freed.
*/
static bool has_changed(const struct listing *listing, const struct state *before) {
  return listing->position != before->position || listing->turned != before->turned ||
         listing->columns != before->columns;
}

/*
** Fails the list because of a row, unless it was closed meanwhile. Stack: listing.
*/
static enum push refuse(lua_State *L, struct listing *listing, enum row_verdict verdict,
                        const struct column *column, struct json_value resource) {
  if (listing->closed) return PUSH_CHANGED;
  char reason[ROW_REASON_SIZE];
  row_describe(verdict, column, resource, reason, sizeof reason);
  refuse_row(L, listing, listing->position, reason);
  return PUSH_REFUSED;
}

/*
** Pushes the next resource of the current page, and the page; of an iterator over rows the values
** of the resource. Returns PUSH_CHANGED if a finalizer took from the listing meanwhile, and
** PUSH_REFUSED if the list fails because of the row. If it raises, the resource stays the next one.
** Stack: that of push_page. [-0, +*, e]
*/
static enum push push_item(lua_State *L, struct listing *listing) {
  struct state before = state_of(listing);
  struct json_iterator walk = listing->walk;
  size_t position = listing->position;
  enum row_verdict verdict = ROW_FINE;
  const struct column *column = NULL;
  struct json_value resource = next_resource(lua_touserdata(L, TOP_OF_PAGE), &walk, &position);
  if (listing->columns != NULL)
    verdict = row_push(L, listing->columns, TOP_OF_PAGE, resource, &column);
  else
    document_push_item(L, TOP_OF_PAGE, resource);
  if (has_changed(listing, &before)) return PUSH_CHANGED;
  if (verdict != ROW_FINE) return refuse(L, listing, verdict, column, resource);
  listing->walk = walk;
  listing->position = position;
  if (listing->columns == NULL) lua_pushvalue(L, TOP_OF_PAGE);
  return PUSH_FINE;
}

static int push_whole_page(lua_State *L, struct listing *listing) {
  listing->position = listing->count;
  push_page(L);
  return 1;
}

/* Requests the second page when a resource of the first one is in use. */
static void begin_prefetch(struct listing *listing) {
  if (listing->pages.ahead == listing->ahead || listing->count == 0 || listing->closed) return;
  if (listing->position == listing->from) return; /* after go_back */
  listing->pages.ahead = listing->ahead;
  pages_advance(&listing->pages, false);
}

/* Counts a resource; after LISTING_STEP_EVERY of them, steps the engine of a blocking client. */
static void step_engine(struct listing *listing) {
  struct pages *pages = &listing->pages;
  if (++listing->unstepped < LISTING_STEP_EVERY) return;
  listing->unstepped = 0;
  if (!pages->has_request || request_is_done(pages->request)) return;
  struct engine *engine = pages->session->has_loop ? NULL : session_engine(pages->session);
  if (engine != NULL) request_step(engine, 0);
  pages_advance(pages, false);
}

/* Lines that were written from the current page. */
struct lines {
  struct json_iterator walk; /* after their resources */
  size_t position, count;
  struct json_value last; /* the resource of the last one */
  bool has_others;        /* which has attributes without column */
};

/*
** Writes the line of the next resource, and as many others as fit into the block; the last one may
** have attributes without column. Takes nothing from the listing. Returns as push_item does. Stack:
** that of push_page. [-0, +0, e]
*/
static enum push write_lines(lua_State *L, struct listing *listing, struct lines *lines) {
  const struct document *document = lua_touserdata(L, TOP_OF_PAGE);
  struct row_line *line = &listing->line;
  struct state before = state_of(listing);
  *lines = (struct lines){.walk = listing->walk, .position = listing->position};
  buffer_clear(&line->text);
  do {
    struct json_iterator walk = lines->walk;
    size_t position = lines->position, length = line->text.length;
    const struct column *column;
    struct json_value resource = next_resource(document, &walk, &position);
    enum row_verdict verdict =
        row_line_append(L, listing->columns, line, TOP_OF_PAGE, resource, &column);
    if (has_changed(listing, &before)) return PUSH_CHANGED;
    bool fits = lines->count == 0 || line->text.length <= line->block;
    if (verdict != ROW_FINE && lines->count == 0)
      return refuse(L, listing, verdict, column, resource);
    if (verdict != ROW_FINE || !fits) {
      line->text.length = length;
      return PUSH_FINE;
    }
    lines->has_others =
        line->names_others && row_line_finds_others(listing->columns, line, resource);
    if (line->text.failed != BUFFER_FINE) luaL_error(L, "not enough memory");
    lines->walk = walk;
    lines->position = position;
    lines->last = resource;
    lines->count++;
    step_engine(listing);
  } while (!lines->has_others && lines->position < listing->count &&
           line->text.length < line->block);
  return PUSH_FINE;
}

/*
** Pushes the text of the next lines, if they are joined their number, and the names that come with
** the last one. Returns as push_item does. Stack: that of push_page. [-0, +*, e]
*/
static enum push push_lines(lua_State *L, struct listing *listing) {
  struct lines lines;
  struct row_line *line = &listing->line;
  struct state before = state_of(listing);
  enum push written = write_lines(L, listing, &lines);
  if (written != PUSH_FINE) return written;
  /* lua_pushlstring may run a finalizer before it copies, so it copies from memory that Lua owns */
  size_t length = line->text.length;
  char *copy = lua_newuserdata(L, length);
  if (has_changed(listing, &before)) return PUSH_CHANGED;
  memcpy(copy, line->text.bytes, length);
  lua_pushlstring(L, copy, length);
  lua_remove(L, -2);
  if (line->block > 0) compat_pushinteger(L, (int64_t)lines.count);
  if (lines.has_others) {
    lua_rawgeti(L, OWN_TABLE, HELD_OTHERS);
    int others = lua_gettop(L);
    row_line_push_others(L, listing->columns, line, others, lines.last);
    lua_remove(L, others);
  }
  if (has_changed(listing, &before)) return PUSH_CHANGED;
  listing->walk = lines.walk;
  listing->position = lines.position;
  return PUSH_FINE;
}

/*
** Pushes the page and what push_item or push_lines pushes. Returns as they do. Stack: listing;
** after it that of push_page, then the results.
*/
static enum push take_next(lua_State *L, struct listing *listing) {
  push_page(L);
  document_check_alive(L, lua_touserdata(L, TOP_OF_PAGE));
  return listing->has_lines ? push_lines(L, listing) : push_item(L, listing);
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

/*
** Goes back to before the resource that was taken last, if it was taken from the current page. The
** listing's own table is on top. [-0, +0, e]
*/
static void go_back(lua_State *L, struct listing *listing) {
  size_t taken = listing->position;
  lua_rawgeti(L, -1, HELD_PAGE);
  const struct document *document = lua_touserdata(L, -1);
  if (document != NULL) {
    document_check_alive(L, document);
    begin_page(listing, document);
    struct json_iterator walk = listing->walk;
    for (size_t position = listing->position; position < taken;) {
      listing->walk = walk;
      listing->position = position;
      next_resource(document, &walk, &position);
    }
  }
  lua_pop(L, 1);
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
  read_lines(L, listing, 3);
  if (options_boolean(L, 3, "again", false)) go_back(L, listing);
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
      step_engine(listing);
      if (take_next(L, listing) == PUSH_FINE) return lua_gettop(L) - TOP_OF_PAGE;
      continue;
    }
    pages_advance(&listing->pages, true);
    if (needs_lua(&listing->pages) || pages_peek(&listing->pages) == NULL)
      return push_end(L, listing);
    call_busy(L, listing, UPVALUE_TURN_PAGE, 0);
    if (listing->closed) break;
    pages_advance(&listing->pages, false);
    if (listing->by_page) return push_whole_page(L, listing);
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
