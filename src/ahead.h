/*
** ahead.h: pages of a list that are asked for before the page in front of them has told where they are. No Lua in it.
**
** Where the last page is known and pages are numbered, the URL of a later one can be foretold. What is foretold is asked
** for; it becomes a page of the list only if, in its turn, the page in front names just that URL.
*/
#ifndef HARNEST_AHEAD_H
#define HARNEST_AHEAD_H

#include "request.h"

/* A page that was asked for. */
struct ahead_page {
  struct request request;
  char *url; /* as it was foretold; owned */
};

/* Starts as {0}, ends with ahead_close. */
struct ahead {
  struct ahead_page **pages; /* in their order; owned */
  size_t count, capacity;
  bool mistaken; /* it was foretold wrongly once: nothing more is asked for */
};

/*
** Sees to it that the page at `url` is asked for in the place `position`, none of those before it being left out. False
** where that cannot be, or where another one was foretold for the place; all from there on are dropped then.
*/
bool ahead_ask(struct ahead *ahead, size_t position, struct session *session, const char *url, double deadline);

/* Drops all pages but the first `count`. */
void ahead_keep(struct ahead *ahead, size_t count);

/*
** The first page, now the caller's, who ends it by ahead_drop; NULL, all pages being dropped, where the first is not the
** one at `url`, or there is none.
*/
struct ahead_page *ahead_take(struct ahead *ahead, const char *url);

/* Ends the request of a page, wherever it is, and frees it. NULL is allowed. */
void ahead_drop(struct ahead_page *page);

/* Drops all pages and frees the rest; it is {0} again. */
void ahead_close(struct ahead *ahead);

#endif
