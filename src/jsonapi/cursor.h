/*
** cursor.h: the text with which a script continues a list, in another process too.
**
** A cursor is TARGET QUERY CHECK POSITION ":" PATH. The first three are numbers of eight
** hexadecimal digits: the hashes of the list's target, of its query, and of the text after them.
** POSITION is the number of resources to skip in the page, in decimal. PATH is the page's URL from
** its path on, without the host name, since that belongs to the client.
*/
#ifndef HARNEST_CURSOR_H
#define HARNEST_CURSOR_H

#include <stdint.h>

/* The hashes by which a cursor states its list. */
struct cursor_list {
  uint32_t target; /* of the path of the list's URL */
  uint32_t query;  /* of its query parameters in any order, without `page`; 0 if there are none */
};

struct cursor {
  struct cursor_list list;
  int64_t position; /* resources to skip in the page */
  const char *path; /* the page's URL from its path on */
};

enum cursor_verdict {
  CURSOR_VALID,
  CURSOR_INVALID,      /* not the complete text of a cursor */
  CURSOR_OTHER_TARGET, /* of a list of another target */
  CURSOR_OTHER_QUERY,  /* of a list with another query */
  CURSOR_NO_PAGE       /* the position is too large, or the text has no path */
};

/* Enough bytes for the part of a cursor before PATH, with NUL. */
#define CURSOR_START_SIZE 48

/* Returns the URL from its path on, "/" if it has no path. Part of `url`, or static. */
const char *cursor_path_of(const char *url);

/* Returns the hashes of the list that starts at `url`. */
struct cursor_list cursor_list_of(const char *url);

/*
** Reads the cursor `text` of the list `list`. If the list has no query, any query of the cursor is
** accepted. Sets `*cursor`, whose path is part of `text`, if the verdict is CURSOR_VALID.
*/
enum cursor_verdict cursor_read(const char *text, struct cursor_list list, struct cursor *cursor);

/* Writes the part of the cursor before PATH, ended by NUL. The caller appends cursor->path. */
void cursor_write_start(const struct cursor *cursor, char start[CURSOR_START_SIZE]);

#endif
