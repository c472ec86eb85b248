/*
** listing.c: the iterator userdata over a list's pages. Its own table holds, under the keys below,
** the client and the current page, a document userdata.
*/
#include "lua/client/listing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "http/url.h"
#include "jsonapi/pages.h"
#include "lua/client/client.h"
#include "lua/client/response.h"
#include "lua/query/exact_from_lua.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

#define LISTING_TYPE "harnest.listing"
/*
** A blocking client steps the engine once per this many resources while the script works through a
** page, so that the next page makes progress.
*/
#define LISTING_STEP_EVERY 32

enum held { HELD_CLIENT = 1, HELD_PAGE = 2 };

struct listing {
  struct pages pages;
  bool by_page; /* yields pages, not resources */
  bool views;   /* pages use views instead of tables */
  bool closed;
  bool
      busy; /* a function allocates in Lua; finalizers must not change the listing: see call_busy */
  uint64_t yielded;          /* counts the resources yielded and the pages turned */
  struct json_iterator walk; /* over the current page */
  size_t position, count;    /* resources yielded of the page, and their total */
  char *url;              /* of the current page, or of the first page before it arrives; owned */
  uint32_t target, query; /* hashes of the target and of its query, for cursors */
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
    {.name = "view", .type = OPTION_BOOLEAN},
    {.name = "exact", .type = OPTION_TABLE},
    {.name = NULL},
};

static struct listing *check(lua_State *L) {
  struct listing *listing = luaL_testudata(L, 1, LISTING_TYPE);
  if (listing == NULL)
    usage_error_raise(L, "expected an iterator, got %s; methods are called as list:name(...)",
                      options_describe(L, 1));
  return listing;
}

/*
** As check, but fast, for a function that is called once per resource. Its first upvalue is the
** metatable of listings.
*/
static struct listing *check_quickly(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  if (listing == NULL || !lua_getmetatable(L, 1) || !lua_rawequal(L, -1, lua_upvalueindex(1)))
    return check(L);
  lua_pop(L, 1);
  return listing;
}

/*
** Returns the URL from its path on. Cursors contain no host name, since that belongs to the client.
*/
static const char *path_of(const char *url) {
  const char *authority = strstr(url, "://");
  const char *path = authority != NULL ? strchr(authority + 3, '/') : NULL;
  return path != NULL ? path : "/";
}

/* Returns the hash of `length` characters, folded to 32 bits. */
static uint32_t hash_text(const char *text, size_t length) {
  uint64_t hash = HASH_START;
  for (size_t i = 0; i < length; i++) hash = hash_byte(hash, (unsigned char)text[i]);
  return (uint32_t)(hash ^ hash >> 32);
}

/* Returns a hash of the target: of the URL's path, without the query. */
static uint32_t hash_target(const char *url) {
  const char *path = path_of(url);
  return hash_text(path, strcspn(path, "?"));
}

/* Returns whether a query parameter belongs to the family `page`. */
static bool is_of_page(const char *parameter, size_t length) {
  return length >= 4 && memcmp(parameter, "page", 4) == 0 &&
         (length == 4 || strchr("=[%", parameter[4]) != NULL);
}

/*
** Returns a hash of the query's parameters in any order, without those of the family `page`; 0 if
** there are none.
*/
static uint32_t hash_query(const char *url) {
  uint32_t sum = 0;
  const char *parameter = url + strcspn(url, "?");
  while (*parameter != '\0') {
    size_t length = strcspn(++parameter, "&");
    if (length > 0 && !is_of_page(parameter, length)) sum += hash_text(parameter, length);
    parameter += length;
  }
  return sum;
}

/*
** A cursor is TARGET QUERY CHECK POSITION ":" PATH. The first three are numbers of eight
** hexadecimal digits: the hashes of the target, of the query at the start of the listing, and of
** the text after them. POSITION is the number of resources to skip in the page. PATH is the page's
** URL from its path on.
*/
#define CURSOR_NUMBER 8
#define CURSOR_HEAD ((size_t)3 * CURSOR_NUMBER)

/* Returns whether the text is a complete cursor. */
static bool is_cursor(const char *cursor, size_t length) {
  char check[CURSOR_NUMBER + 1];
  if (length <= CURSOR_HEAD || strspn(cursor, "0123456789abcdef") < CURSOR_HEAD) return false;
  snprintf(check, sizeof check, "%08x",
           (unsigned)hash_text(cursor + CURSOR_HEAD, length - CURSOR_HEAD));
  return memcmp(check, cursor + CURSOR_HEAD - CURSOR_NUMBER, CURSOR_NUMBER) == 0;
}

/* Returns the hash number `position` (from 0) of a cursor. */
static uint32_t cursor_number(const char *cursor, size_t position) {
  char digits[CURSOR_NUMBER + 1] = "";
  memcpy(digits, cursor + position * CURSOR_NUMBER, CURSOR_NUMBER);
  return (uint32_t)strtoul(digits, NULL, 16);
}

/*
** Reads a cursor. Returns the URL at which to continue, which the caller frees. Raises a usage
** error for an invalid cursor and for one of another list. [-0, +0, v]
*/
static char *read_cursor(lua_State *L, struct listing *listing, const char *cursor,
                         const char *base) {
  char *end = NULL;
  if (!is_cursor(cursor, strlen(cursor)))
    usage_error_raise(
        L, "query.after: invalid cursor \"%s\" (expected a string returned by :cursor())", cursor);
  if (cursor_number(cursor, 0) != listing->target)
    usage_error_raise(L, "query.after: this cursor was taken in the listing of another target");
  if (listing->query != 0 && cursor_number(cursor, 1) != listing->query)
    usage_error_raise(L,
                      "query.after: this cursor was taken in a listing with another filter, sort, "
                      "include, fields or params; "
                      "give the same, or none: the cursor has them");
  listing->query = cursor_number(cursor, 1);
  unsigned long long position = strtoull(cursor + CURSOR_HEAD, &end, 10);
  errno = 0;
  char *url = *end == ':' && position <= INT32_MAX ? url_resolve(base, end + 1) : NULL;
  listing->pages.skip = (int64_t)position;
  if (url != NULL && url_compare_origin(base, url) == URL_SAME) return url;
  bool lacks_memory = errno == ENOMEM;
  free(url);
  if (lacks_memory) luaL_error(L, "not enough memory");
  usage_error_raise(L, "query.after: this cursor is of no use here");
  return NULL;
}

static void read_order(lua_State *L, struct listing *listing, struct session *session) {
  struct pages *pages = &listing->pages;
  const char *url = options_string(L, 2, "url", session->base),
             *after = options_string(L, 2, "after", NULL);
  const char *refused = options_string(L, 2, "refused", NULL);
  listing->by_page = options_boolean(L, 2, "pages", false);
  listing->views = options_boolean(L, 2, "view", false);
  listing->target = hash_target(url);
  listing->query = hash_query(url);
  listing->url = after != NULL ? read_cursor(L, listing, after, session->base) : strdup(url);
  pages->wanted = options_whole(L, 2, "limit", -1);
  pages->prefetch = (size_t)options_whole(L, 2, "prefetch", session->prefetch);
  pages->concurrency = (size_t)options_whole(L, 2, "concurrency", 1);
  if (pages->concurrency > session->limit.maximum) pages->concurrency = session->limit.maximum;
  pages->deadline = CLOCK_NEVER;
  if (options_boolean(L, 2, "whole", false) && session->deadline < CLOCK_NEVER)
    pages->deadline = clock_now() + session->deadline;
  if (options_push(L, 2, "exact")) {
    exact_from_lua(L, -1, &pages->exact);
    lua_pop(L, 1);
  }
  if (listing->url == NULL || !pages_begin(pages, session, listing->url, refused))
    luaL_error(L, "not enough memory");
}

/*
** core.listing(client, options): creates a listing; sends nothing yet. Options: url; refused (a
** string: the listing fails with kind "refused" for this reason); limit (resources); after (a
** cursor); pages (yields pages instead of resources); prefetch and concurrency (pages); whole (the
** client's deadline applies to the whole listing, not to each page); exact (a checked filter that
** resources must match exactly); view (pages use views). Stack: client, options (a table).
*/
static int f_listing(lua_State *L) {
  struct session *session = client_check(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  options_check(L, 2, "listing.", known);
  struct listing *listing = compat_newuserdata(L, sizeof *listing, LISTING_TYPE);
  lua_createtable(L, 2, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, HELD_CLIENT);
  lua_setiuservalue(L, -2, 1);
  read_order(L, listing, session);
  return 1;
}

/*
** Calls `function` with the listing at index 1. The function allocates in Lua, which may run
** finalizers. Meanwhile no finalizer may take from the listing; if one closes it, it is closed
** afterwards. [-0, +results, e]
*/
static void call_busy(lua_State *L, struct listing *listing, lua_CFunction function, int results) {
  lua_pushcfunction(L, function);
  lua_pushvalue(L, 1);
  listing->busy = true;
  int status = lua_pcall(L, 1, results, 0);
  listing->busy = false;
  if (listing->closed) pages_close(&listing->pages);
  if (status != 0) lua_error(L);
}

/* Makes the next page, which is ready, the current one, and stores its userdata. Stack: listing. */
static int turn_page(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  lua_getiuservalue(L, 1, 1);
  document_push(L, pages_peek(&listing->pages)->document);
  if (listing->views) document_use_views(L, -1);
  const struct document *document = lua_touserdata(L, -1);
  lua_rawseti(L, -2, HELD_PAGE);
  free(listing->url);
  listing->url = pages_drop(&listing->pages);
  listing->walk = json_iterate(document->store.data);
  listing->count = document->store.count;
  struct json_value passed;
  for (listing->position = 0; listing->position < document->store.from; listing->position++)
    json_next_item(&listing->walk, &passed);
  listing->yielded++;
  return 0;
}

/* Pushes the listing's own table and the userdata of the current page. [-0, +2, -] */
static void push_page(lua_State *L) {
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_PAGE);
}

/*
** Pushes the next resource of the current page, and the page, and returns true. Returns false if a
** finalizer took the resource meanwhile. If it raises, the resource stays the next one. Stack:
** listing. [-0, +*, e]
*/
static bool push_resource(lua_State *L, struct listing *listing) {
  struct json_iterator walk = listing->walk;
  size_t position = listing->position;
  uint64_t yielded = listing->yielded;
  push_page(L);
  const struct document *document = lua_touserdata(L, -1);
  document_check_alive(L, document);
  struct json_value resource = document->store.data;
  if (document->store.is_list) {
    do json_next_item(&walk, &resource);
    while (!document_store_shows(&document->store, position++));
  } else {
    position++;
  }
  document_push_item(L, -1, resource);
  if (listing->yielded != yielded) return false;
  listing->walk = walk;
  listing->position = position;
  listing->yielded++;
  lua_pushvalue(L, -2);
  return true;
}

static int push_whole_page(lua_State *L, struct listing *listing) {
  listing->position = listing->count;
  listing->yielded++;
  push_page(L);
  return 1;
}

static void step_engine(struct listing *listing) {
  struct pages *pages = &listing->pages;
  if (listing->position % LISTING_STEP_EVERY != 0 || !pages->has_request ||
      request_is_done(pages->request))
    return;
  struct engine *engine = pages->session->has_loop ? NULL : session_engine(pages->session);
  if (engine != NULL) request_step(engine, 0);
  pages_advance(pages, false);
}

/* Pushes the error object of the failed request. Stack: listing. */
static int push_error(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  response_push_error(L, listing->pages.request);
  return 1;
}

/*
** Returns the results of core.list_next without a current page: nil at the end, nil and an error,
** or false if the listing has to wait.
*/
static int push_end(lua_State *L, struct listing *listing) {
  struct pages *pages = &listing->pages;
  if (pages->state == PAGES_OPEN || session_needs_lua(pages->session)) {
    lua_pushboolean(L, 0);
    return 1;
  }
  lua_pushnil(L);
  if (pages->state != PAGES_FAILED) return 1;
  call_busy(L, listing, push_error, 1);
  return 2;
}

/*
** core.list_next(listing): returns the next resource and its page (or the next page); nil at the
** end; nil and an error object; or false if it has to wait until core.listing_ready returns true.
** Upvalue: the metatable of listings. Stack: listing.
*/
static int f_list_next(lua_State *L) {
  struct listing *listing = check_quickly(L);
  if (listing->busy)
    return usage_error_raise(L,
                             "next: this iterator is at work; a finalizer cannot take from it now");
  while (!listing->closed) {
    lua_settop(L, 1);
    if (listing->position < listing->count) {
      step_engine(listing);
      if (push_resource(L, listing)) return 2;
      continue;
    }
    pages_advance(&listing->pages, true);
    if (session_needs_lua(listing->pages.session) || pages_peek(&listing->pages) == NULL)
      return push_end(L, listing);
    call_busy(L, listing, turn_page, 0);
    if (listing->closed) break;
    pages_advance(&listing->pages, false);
    if (listing->by_page) return push_whole_page(L, listing);
  }
  return 0;
}

/*
** core.listing_ready(listing): returns whether core.list_next would return anything but false.
** Stack: listing.
*/
static int f_ready(lua_State *L) {
  struct listing *listing = check(L);
  if (!listing->closed) pages_advance(&listing->pages, listing->position >= listing->count);
  lua_pushboolean(L, listing->closed || listing->position < listing->count ||
                         listing->pages.ready_count > 0 || !pages_wait(&listing->pages));
  return 1;
}

/*
** core.listing_is_list(listing): returns whether the first page is a list, not one resource or
** null; nil if no page arrived. Call it when the listing is ready and before core.list_next. Stack:
** listing.
*/
static int f_is_list(lua_State *L) {
  const struct page *page = pages_peek(&check(L)->pages);
  if (page == NULL) return 0;
  lua_pushboolean(L, page->document->is_list);
  return 1;
}

/*
** core.listing_cancel(listing): fails the listing's pending requests with kind "cancelled"; later
** calls of core.list_next return that error. Stack: listing.
*/
static int f_cancel(lua_State *L) {
  struct listing *listing = check(L);
  if (!listing->closed) pages_cancel(&listing->pages, "a coroutine that waited for it was killed");
  return 0;
}

/* core.client_of(listing): returns the client of the listing. Stack: listing. */
static int f_client_of(lua_State *L) {
  check(L);
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_CLIENT);
  return 1;
}

/*
** Pushes a userdata with a copy of the listing's URL, and returns the copy. Any allocation may run
** a finalizer that turns the page and frees the URL. [-0, +1, m]
*/
static const char *push_url(lua_State *L, const struct listing *listing) {
  for (;;) {
    size_t length = strlen(listing->url);
    char *copy = lua_newuserdata(L, length + 1);
    if (strlen(listing->url) <= length) return memcpy(copy, listing->url, strlen(listing->url) + 1);
    lua_pop(L, 1);
  }
}

/*
** listing:cursor(): returns a string with which the query option `after` continues behind the last
** yielded resource, in another process too. It contains the page's path and query, but no secret of
** the client. Stack: listing.
*/
static int m_cursor(lua_State *L) {
  struct listing *listing = check(L);
  char digits[32];
  size_t length;
  if (listing->url == NULL) return usage_error_raise(L, "cursor: this listing is closed");
  snprintf(digits, sizeof digits, "%" PRId64, (int64_t)listing->position + listing->pages.skip);
  const char *position = lua_pushfstring(L, "%s:%s", digits, path_of(push_url(L, listing)));
  lua_tolstring(L, -1, &length);
  snprintf(digits, sizeof digits, "%08x%08x%08x", (unsigned)listing->target,
           (unsigned)listing->query, (unsigned)hash_text(position, length));
  lua_pushfstring(L, "%s%s", digits, position);
  return 1;
}

/*
** listing:close(): stops the listing and cancels its pending requests. Idempotent. Stack: listing.
*/
static int m_close(lua_State *L) {
  struct listing *listing = check(L);
  if (!listing->busy) pages_close(&listing->pages);
  listing->closed = true;
  return 0;
}

/* __gc: closes the listing and frees its URL. Stack: listing. */
static int m_gc(lua_State *L) {
  struct listing *listing = check(L);
  listing->busy = false;
  m_close(L);
  free(listing->url);
  listing->url = NULL;
  return 0;
}

static int m_tostring(lua_State *L) {
  struct listing *listing = check(L);
  lua_pushfstring(L, LISTING_TYPE ": %s",
                  listing->url != NULL ? path_of(push_url(L, listing)) : "closed");
  return 1;
}

static const luaL_Reg methods[] = {{"cursor", m_cursor}, {"close", m_close}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__gc", m_gc},
    {"__tostring", m_tostring},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"listing", f_listing},     {"listing_ready", f_ready},   {"listing_is_list", f_is_list},
    {"client_of", f_client_of}, {"listing_cancel", f_cancel}, {NULL, NULL},
};

void listing_open(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  metatable_push(L, LISTING_TYPE, metamethods);
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, f_list_next, 1);
  lua_setfield(L, -3, "list_next");
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__index");
  lua_setfield(L, -3, "listing_methods");
  lua_setfield(L, -2, "listing_metatable");
}
