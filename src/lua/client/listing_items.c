/*
** listing_items.c: pushes the next resource of a listing's current page, the values of its row, or
** lines. Creating them may run finalizers, which may use the listing; it happens too often to
** forbid that, so a change is detected afterwards.
*/
#include "lua/client/listing_items.h"

#include <string.h>

#include "lua/document/document.h"
#include "lua/document/row.h"
#include "lua/support/compat.h"

/* Size of the reason why a list of rows fails, with its NUL. */
#define ROW_REASON_SIZE 1024
/* The index of the listing's own table above a listing at index 1, see push_page. */
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
static enum listing_push refuse(lua_State *L, struct listing *listing, enum row_verdict verdict,
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
static enum listing_push push_item(lua_State *L, struct listing *listing) {
  struct state before = state_of(listing);
  struct json_iterator walk = listing->walk;
  size_t position = listing->position;
  enum row_verdict verdict = ROW_FINE;
  const struct column *column = NULL;
  struct json_value resource =
      listing_next_resource(lua_touserdata(L, LISTING_PAGE_INDEX), &walk, &position);
  if (listing->columns != NULL)
    verdict = row_push(L, listing->columns, LISTING_PAGE_INDEX, resource, &column);
  else
    document_push_item(L, LISTING_PAGE_INDEX, resource);
  if (has_changed(listing, &before)) return PUSH_CHANGED;
  if (verdict != ROW_FINE) return refuse(L, listing, verdict, column, resource);
  listing->walk = walk;
  listing->position = position;
  if (listing->columns == NULL) lua_pushvalue(L, LISTING_PAGE_INDEX);
  return PUSH_FINE;
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
static enum listing_push write_lines(lua_State *L, struct listing *listing, struct lines *lines) {
  const struct document *document = lua_touserdata(L, LISTING_PAGE_INDEX);
  struct row_line *line = &listing->line;
  struct state before = state_of(listing);
  *lines = (struct lines){.walk = listing->walk, .position = listing->position};
  buffer_clear(&line->text);
  do {
    struct json_iterator walk = lines->walk;
    size_t position = lines->position, length = line->text.length;
    const struct column *column;
    struct json_value resource = listing_next_resource(document, &walk, &position);
    enum row_verdict verdict =
        row_line_append(L, listing->columns, line, LISTING_PAGE_INDEX, resource, &column);
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
    listing_step(listing);
  } while (!lines->has_others && lines->position < listing->count &&
           line->text.length < line->block);
  return PUSH_FINE;
}

/*
** Pushes the text of the next lines, if they are joined their number, and the names that come with
** the last one. Returns as push_item does. Stack: that of push_page. [-0, +*, e]
*/
static enum listing_push push_lines(lua_State *L, struct listing *listing) {
  struct lines lines;
  struct row_line *line = &listing->line;
  struct state before = state_of(listing);
  enum listing_push written = write_lines(L, listing, &lines);
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

enum listing_push listing_take(lua_State *L, struct listing *listing) {
  push_page(L);
  document_check_alive(L, lua_touserdata(L, LISTING_PAGE_INDEX));
  return listing->has_lines ? push_lines(L, listing) : push_item(L, listing);
}

void listing_take_page(lua_State *L, struct listing *listing) {
  listing->position = listing->count;
  push_page(L);
}
