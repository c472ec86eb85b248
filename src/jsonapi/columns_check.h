/*
** columns_check.h: whether a page has the columns of a list's rows.
**
** A name does not show whether it is an attribute with members or a relationship, and a server may
** refuse an include that it does not know. So the first request has none. When a page shows that a
** column follows a relationship, the page is requested again with that include.
*/
#ifndef HARNEST_COLUMNS_CHECK_H
#define HARNEST_COLUMNS_CHECK_H

#include "base/buffer.h"
#include "jsonapi/columns.h"
#include "jsonapi/document_store.h"

enum columns_verdict {
  COLUMNS_FIT,
  COLUMNS_WANT_INCLUDE, /* `text` is the parameter `include` with which to request the page again */
  COLUMNS_UNFIT,        /* no resource of the page has a column; `text` is the reason */
  COLUMNS_NO_MEMORY
};

/*
** Looks on the page that came from `url` for the columns that are not settled. A page without
** resources fits. Writes to `text`, which the caller has initialized and frees.
*/
enum columns_verdict columns_check(struct columns *columns, const struct document_store *document,
                                   const char *url, struct buffer *text);

#endif
