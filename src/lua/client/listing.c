/*
** listing.c: the iterator userdata over a list's pages. Its own table holds, by the keys below, the client and the page
** in use, a document userdata.
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
/* A blocking script steps the engine now and then while it works through a page, so that the next one gets on. */
#define LISTING_STEP_EVERY 32

enum held { HELD_CLIENT = 1, HELD_PAGE = 2 };

struct listing {
  struct pages pages;
  bool by_page; /* gives pages, not resources */
  bool views;   /* in place of tables */
  bool closed;
  bool alone;                /* it is at work on what finalizers must leave to it: see call_alone */
  uint64_t given;            /* counts what was given and the pages that were turned */
  struct json_iterator walk; /* over the page in use */
  size_t position, count;    /* resources given of it, and how many it has */
  char *url;                 /* of the page in use, of the first one before; owned */
  uint32_t target, asked;    /* tell what is listed and what was asked of it, for cursors */
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

/* As check, for what is called once a resource: the metatable is the function's first upvalue. */
static struct listing *check_quickly(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  if (listing == NULL || !lua_getmetatable(L, 1) || !lua_rawequal(L, -1, lua_upvalueindex(1)))
    return check(L);
  lua_pop(L, 1);
  return listing;
}

/* The URL from its path on: what a cursor holds, since the server's name is the client's matter. */
static const char *path_of(const char *url) {
  const char *authority = strstr(url, "://");
  const char *path = authority != NULL ? strchr(authority + 3, '/') : NULL;
  return path != NULL ? path : "/";
}

/* The hash of `length` characters, folded to what eight hexadecimal digits hold. */
static uint32_t hash_text(const char *text, size_t length) {
  uint64_t hash = HASH_START;
  for (size_t i = 0; i < length; i++) hash = hash_byte(hash, (unsigned char)text[i]);
  return (uint32_t)(hash ^ hash >> 32);
}

/* A number that tells what is listed: of the path, without the query. */
static uint32_t hash_target(const char *url) {
  const char *path = path_of(url);
  return hash_text(path, strcspn(path, "?"));
}

/* Whether a query's parameter is of the family that says which page is meant. */
static bool is_of_page(const char *parameter, size_t length) {
  return length >= 4 && memcmp(parameter, "page", 4) == 0 &&
         (length == 4 || strchr("=[%", parameter[4]) != NULL);
}

/* A number that tells what is asked of a target: of a query's parameters in whatever order, but of no page; 0 for none. */
static uint32_t hash_asked(const char *url) {
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
** A cursor is TARGET ASKED CHECK POSITION ":" PATH: three numbers of eight hexadecimal digits for what is listed, for what
** was asked of it first, and for what stands behind them; the resources to pass over in the page, and the page's URL from
** its path on.
*/
#define CURSOR_NUMBER 8
#define CURSOR_HEAD ((size_t)3 * CURSOR_NUMBER)

/* Whether the text is one that listing_cursor made, whole. */
static bool is_cursor(const char *cursor, size_t length) {
  char check[CURSOR_NUMBER + 1];
  if (length <= CURSOR_HEAD || strspn(cursor, "0123456789abcdef") < CURSOR_HEAD) return false;
  snprintf(check, sizeof check, "%08x",
           (unsigned)hash_text(cursor + CURSOR_HEAD, length - CURSOR_HEAD));
  return memcmp(check, cursor + CURSOR_HEAD - CURSOR_NUMBER, CURSOR_NUMBER) == 0;
}

/* One of a cursor's numbers. */
static uint32_t cursor_number(const char *cursor, size_t position) {
  char digits[CURSOR_NUMBER + 1] = "";
  memcpy(digits, cursor + position * CURSOR_NUMBER, CURSOR_NUMBER);
  return (uint32_t)strtoul(digits, NULL, 16);
}

/* Reads a cursor of listing_cursor: where to go on. Raises for what is none, or is one of another list. */
static char *read_cursor(lua_State *L, struct listing *listing, const char *cursor,
                         const char *base) {
  char *end = NULL;
  if (!is_cursor(cursor, strlen(cursor)))
    usage_error_raise(L, "query.after: expected a string from :cursor(), whole, got \"%s\"",
                      cursor);
  if (cursor_number(cursor, 0) != listing->target)
    usage_error_raise(L, "query.after: this cursor was taken in the listing of another target");
  if (listing->asked != 0 && cursor_number(cursor, 1) != listing->asked)
    usage_error_raise(L,
                      "query.after: this cursor was taken in a listing with another filter, sort, "
                      "include, fields or params; "
                      "give the same, or none: the cursor has them");
  listing->asked = cursor_number(cursor, 1);
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
  listing->asked = hash_asked(url);
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
** core.listing(client, {url =, refused =, limit =, after =, pages =, prefetch =, concurrency =, whole =, exact =, view =}):
** begins a listing.
** `refused` is why it may not be asked for; `pages` gives pages in place of resources; `whole`: the client's deadline is
** for all of it, not for each page; `exact`: a checked filter that resources must agree with to the letter; `view` gives
** views. Nothing is sent yet. Stack: client, table.
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
** Calls a function with the listing at index 1, which it works on while Lua allocates, and so runs finalizers: meanwhile
** none of them may take from the listing, and what they close is closed afterwards. [-0, +results, e]
*/
static void call_alone(lua_State *L, struct listing *listing, lua_CFunction function, int results) {
  lua_pushcfunction(L, function);
  lua_pushvalue(L, 1);
  listing->alone = true;
  int status = lua_pcall(L, 1, results, 0);
  listing->alone = false;
  if (listing->closed) pages_close(&listing->pages);
  if (status != 0) lua_error(L);
}

/* Makes the next page, which is ready, the one in use, its userdata being held. Stack: listing. */
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
  listing->given++;
  return 0;
}

/* Pushes the userdata of the page in use, and what holds it below. [-0, +2, -] */
static void push_page(lua_State *L) {
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_PAGE);
}

/*
** Pushes the next resource of the page in use, and the page. What raises leaves it the next one. False, when a finalizer
** took it meanwhile. Stack: listing. [-0, +*, e]
*/
static bool give_resource(lua_State *L, struct listing *listing) {
  struct json_iterator walk = listing->walk;
  size_t position = listing->position;
  uint64_t given = listing->given;
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
  if (listing->given != given) return false;
  listing->walk = walk;
  listing->position = position;
  listing->given++;
  lua_pushvalue(L, -2);
  return true;
}

static int give_page(lua_State *L, struct listing *listing) {
  listing->position = listing->count;
  listing->given++;
  push_page(L);
  return 1;
}

static void keep_moving(struct listing *listing) {
  struct pages *pages = &listing->pages;
  if (listing->position % LISTING_STEP_EVERY != 0 || !pages->asked ||
      request_is_done(pages->request))
    return;
  struct engine *engine = pages->session->driven ? NULL : session_engine(pages->session);
  if (engine != NULL) request_step(engine, 0);
  pages_advance(pages, false);
}

/* Pushes the error object of what failed. Stack: listing. */
static int push_failure(lua_State *L) {
  struct listing *listing = lua_touserdata(L, 1);
  response_push_error(L, listing->pages.request);
  return 1;
}

/* What there is without a page in use: the end, a failure, or false for having to wait. */
static int give_end(lua_State *L, struct listing *listing) {
  struct pages *pages = &listing->pages;
  if (pages->state == PAGES_OPEN || session_has_business(pages->session)) {
    lua_pushboolean(L, 0);
    return 1;
  }
  lua_pushnil(L);
  if (pages->state != PAGES_FAILED) return 1;
  call_alone(L, listing, push_failure, 1);
  return 2;
}

/*
** core.list_next(listing): the next resource and its page (or the next page); nil at the end; nil and an error object; false
** when it must be waited for, until core.listing_ready. Upvalue: the metatable of listings. Stack: listing.
*/
static int f_take(lua_State *L) {
  struct listing *listing = check_quickly(L);
  if (listing->alone)
    return usage_error_raise(L,
                             "next: this iterator is at work; a finalizer cannot take from it now");
  while (!listing->closed) {
    lua_settop(L, 1);
    if (listing->position < listing->count) {
      keep_moving(listing);
      if (give_resource(L, listing)) return 2;
      continue;
    }
    pages_advance(&listing->pages, true);
    if (session_has_business(listing->pages.session) || pages_peek(&listing->pages) == NULL)
      return give_end(L, listing);
    call_alone(L, listing, turn_page, 0);
    if (listing->closed) break;
    pages_advance(&listing->pages, false);
    if (listing->by_page) return give_page(L, listing);
  }
  return 0;
}

/* core.listing_ready(listing): whether core.list_next has something better than false to give. Stack: listing. */
static int f_ready(lua_State *L) {
  struct listing *listing = check(L);
  if (!listing->closed) pages_advance(&listing->pages, listing->position >= listing->count);
  lua_pushboolean(L, listing->closed || listing->position < listing->count ||
                         listing->pages.ready_count > 0 || !pages_wait(&listing->pages));
  return 1;
}

/*
** core.listing_is_list(listing): of a listing that is ready and gave nothing yet, whether its first page is a list, not
** one resource or null; nil when no page came. Stack: listing.
*/
static int f_is_list(lua_State *L) {
  const struct page *page = pages_peek(&check(L)->pages);
  if (page == NULL) return 0;
  lua_pushboolean(L, page->document->is_list);
  return 1;
}

/*
** core.listing_cancel(listing): fails what it waits for with kind cancelled. Whoever else takes from it gets that error.
** Stack: listing.
*/
static int f_cancel(lua_State *L) {
  struct listing *listing = check(L);
  if (!listing->closed) pages_cancel(&listing->pages, "a coroutine that waited for it was killed");
  return 0;
}

/* core.client_of(listing): the client it belongs to. Stack: listing. */
static int f_client_of(lua_State *L) {
  check(L);
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, HELD_CLIENT);
  return 1;
}

/* Pushes a copy of the listing's URL in memory of Lua's: finalizers, which come with any allocation, may turn the page. */
static const char *push_url(lua_State *L, const struct listing *listing) {
  for (;;) {
    size_t length = strlen(listing->url);
    char *copy = lua_newuserdata(L, length + 1);
    if (strlen(listing->url) <= length) return memcpy(copy, listing->url, strlen(listing->url) + 1);
    lua_pop(L, 1);
  }
}

/*
** listing:cursor(): a string from which `after` in a query goes on behind what was given last, in another process too.
** It holds the page's path and query, nothing secret of the client's. Stack: listing.
*/
static int m_cursor(lua_State *L) {
  struct listing *listing = check(L);
  char digits[32];
  size_t length;
  if (listing->url == NULL) return usage_error_raise(L, "cursor: this listing is closed");
  snprintf(digits, sizeof digits, "%" PRId64, (int64_t)listing->position + listing->pages.skip);
  const char *place = lua_pushfstring(L, "%s:%s", digits, path_of(push_url(L, listing)));
  lua_tolstring(L, -1, &length);
  snprintf(digits, sizeof digits, "%08x%08x%08x", (unsigned)listing->target,
           (unsigned)listing->asked, (unsigned)hash_text(place, length));
  lua_pushfstring(L, "%s%s", digits, place);
  return 1;
}

/* listing:close(): stops it; what is under way is cancelled. Again is harmless. Stack: listing. */
static int m_close(lua_State *L) {
  struct listing *listing = check(L);
  if (!listing->alone) pages_close(&listing->pages);
  listing->closed = true;
  return 0;
}

/* __gc: the same, and the rest. Stack: listing. */
static int m_gc(lua_State *L) {
  struct listing *listing = check(L);
  listing->alone = false;
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
  lua_pushcclosure(L, f_take, 1);
  lua_setfield(L, -3, "list_next");
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__index");
  lua_setfield(L, -3, "listing_methods");
  lua_setfield(L, -2, "listing_metatable");
}
