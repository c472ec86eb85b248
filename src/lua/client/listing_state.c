/*
** listing_state.c: a listing's place in the current page.
*/
#include "lua/client/listing_state.h"

/*
** A blocking client steps the engine once per this many resources while the script works through
** pages, so that the next ones make progress.
*/
#define LISTING_STEP_EVERY 32

void listing_begin_page(struct listing *listing, const struct document *document) {
  struct json_value passed;
  listing->walk = json_iterate(document->store.data);
  for (listing->position = 0; listing->position < document->store.from; listing->position++)
    json_next_item(&listing->walk, &passed);
  listing->from = listing->position;
}

struct json_value listing_next_resource(const struct document *document, struct json_iterator *walk,
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

void listing_go_back(lua_State *L, struct listing *listing) {
  size_t taken = listing->position;
  lua_rawgeti(L, -1, HELD_PAGE);
  const struct document *document = lua_touserdata(L, -1);
  if (document != NULL) {
    document_check_alive(L, document);
    listing_begin_page(listing, document);
    struct json_iterator walk = listing->walk;
    for (size_t position = listing->position; position < taken;) {
      listing->walk = walk;
      listing->position = position;
      listing_next_resource(document, &walk, &position);
    }
  }
  lua_pop(L, 1);
}

void listing_step(struct listing *listing) {
  struct pages *pages = &listing->pages;
  if (++listing->unstepped < LISTING_STEP_EVERY) return;
  listing->unstepped = 0;
  if (!pages->has_request || request_is_done(pages->request)) return;
  struct engine *engine = pages->session->has_loop ? NULL : session_engine(pages->session);
  if (engine != NULL) request_step(engine, 0);
  pages_advance(pages, false);
}
