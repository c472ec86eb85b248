/*
** row_line.h: a row as a line of CSV (RFC 4180) or of tab-separated values, written straight from
** the page.
*/
#ifndef HARNEST_ROW_LINE_H
#define HARNEST_ROW_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/hash_set.h"
#include "lua/document/row.h"

/* Attributes of which it is remembered which column has them. */
#define ROW_LINE_KNOWN 128

enum row_line_format { ROW_LINE_CSV, ROW_LINE_TSV };

/* How lines are written. Its buffers own memory, see row_line_free. */
struct row_line {
  enum row_line_format format;
  bool is_safe;      /* no text begins like a formula */
  bool names_others; /* attributes that no column begins with are named */
  size_t block;      /* bytes of lines that are joined to one text, 0: each line is one */
  const char *null;  /* the text of null and of missing values; not owned */
  size_t null_length;
  struct buffer text;     /* of the lines */
  struct buffer json;     /* of one value */
  struct hash_set others; /* names of attributes that no column begins with */
  unsigned char
      columns[ROW_LINE_KNOWN]; /* of each attribute by its place: the column that had it */
};

/*
** Checks the option `lines`, the value at `index`: a format or a table of options. Usage errors
** have `prefix` before its name. [-0, +0, e]
*/
void row_line_check(lua_State *L, int index, const char *prefix);

/*
** Reads what row_line_check has accepted into `line`, zeroed or read before. Pushes the text of
** null, to which the line points: the caller keeps it. [-0, +1, m]
*/
void row_line_read(lua_State *L, int index, struct row_line *line);

/* Frees the memory of the buffers. */
void row_line_free(struct row_line *line);

/*
** Appends the line of `resource`, of the document at absolute `index`, to `line->text`, with its
** line end. Returns and sets as row_push, but null and missing values are no reason to refuse a
** row. On out of memory the buffer's `failed` is set. Values of related resources are pushed and
** popped. [-0, +0, e]
*/
enum row_verdict row_line_append(lua_State *L, struct columns *columns, struct row_line *line,
                                 int index, struct json_value resource,
                                 const struct column **column);

/*
** Whether the resource has attributes that no column begins with and that no resource had before.
** On out of memory the text's `failed` is set.
*/
bool row_line_finds_others(const struct columns *columns, struct row_line *line,
                           struct json_value resource);

/*
** Pushes the names of all attributes that no column begins with and that are no keys of the table
** at absolute index `others` yet. They become keys. [-0, +*, m]
*/
void row_line_push_others(lua_State *L, const struct columns *columns, struct row_line *line,
                          int others, struct json_value resource);

#endif
