/*
** row.h: the columns of rows as Lua gives them, and the values of a row. row_line.h makes text of
** them.
*/
#ifndef HARNEST_ROW_H
#define HARNEST_ROW_H

#include <lua.h>
#include <stdbool.h>

#include "jsonapi/columns.h"

/* Returns the columns of the userdata at `index`. Raises for any other value. [-0, +0, v] */
struct columns *row_check_columns(lua_State *L, int index);

/* Why a row cannot be yielded, and the column that is the reason. */
enum row_verdict {
  ROW_FINE,
  ROW_FIRST_IS_NULL,    /* its first value is null, which would be nil */
  ROW_FIRST_IS_MISSING, /* its first value would be nil */
  ROW_IS_LIMITED,       /* a value may be missing only because the request limited the fields */
  ROW_IS_TOO_LARGE      /* it leads to more than COLUMNS_RELATED_MOST related resources */
};

/* A row while its values are found. */
struct row {
  lua_State *L;
  struct columns *columns;
  int index;                      /* of the document userdata */
  struct column_resource members; /* of the resource */
  bool is_missing;                /* a value is */
  bool is_limited;                /* see ROW_IS_LIMITED */
  size_t related;                 /* number of related resources */
};

/* Begins the row of `resource`, of the document at absolute `index`. */
struct row row_of(lua_State *L, struct columns *columns, int index, struct json_value resource);

/*
** Pushes the value that column_find has found. A missing one is nil; null is nil, or harnest.null
** if the columns keep it. [-0, +1, m]
*/
void row_push_place(struct row *row, struct column *column, struct column_place place);

/*
** Pushes a value for each column of `resource`, of the document at absolute `index`. For a verdict
** other than ROW_FINE it pushes any number of values and sets `column`. [-0, +*, m]
*/
enum row_verdict row_push(lua_State *L, struct columns *columns, int index,
                          struct json_value resource, const struct column **column);

/*
** Writes the reason of the verdict to `reason`, of `size` bytes.
*/
void row_describe(enum row_verdict verdict, const struct column *column, struct json_value resource,
                  char *reason, size_t size);

/* Registers the type, and adds core.columns to the table on top. [-0, +0, m] */
void row_open(lua_State *L);

#endif
