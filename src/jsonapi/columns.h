/*
** columns.h: the columns of rows: where in a resource their values are.
**
** A column is a path of names, written with dots. Its value is the first of these that the resource
** has:
**
** 1. for `id` and `type`, and for paths that begin with `meta` and `links`: the resource's own member
** 2. the attribute whose name is the whole path, dots included
** 3. the attribute with the first name; the further names are members within it
** 4. the relationship with the first name; the further names are a column of the related resource.
**    `id` and `type` come from the linkage, all others from the included resource.
** 5. the resource's own member with the first name, for servers that have fields beside `id`
**
** A null on the path is the value null.
*/
#ifndef HARNEST_COLUMNS_H
#define HARNEST_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_value.h"

/* The most columns of a row: a Lua function has at most 200 local variables to hold them. */
#define COLUMNS_MOST 200
/* The most names of one column. */
#define COLUMN_NAMES_MOST 16

/*
** The most related resources that one row, or the search for one column, may lead to. Two to-many
** relationships on a path multiply.
*/
#define COLUMNS_RELATED_MOST 1000000

/* The members of a resource that come before its fields. */
enum column_member { COLUMN_FIELD, COLUMN_ID, COLUMN_TYPE, COLUMN_META, COLUMN_LINKS };

struct column_name {
  const char *text;
  size_t length;
  enum column_member member;
  size_t place; /* the member of an object that had this name last, from 0 */
};

struct column {
  const char *text; /* the whole path; not owned; the names point into it */
  size_t length;
  struct column_name names[COLUMN_NAMES_MOST];
  size_t count; /* of names */
  size_t asked; /* the first names that form the longest path whose include was requested */
  bool settled; /* a resource had it, so that columns_check does not look for it any more */
  bool follows; /* that one had it in an included resource */
};

/*
** The columns of a list. They have no memory of their own but for this block, which the caller
** allocates and frees: sizeof(struct columns) and `count` columns.
*/
struct columns {
  bool adds_include;    /* the include of relationships is requested when a page shows them */
  bool accepts_missing; /* values that no resource has are no error */
  bool keeps_null;      /* null is harnest.null, not nil */
  bool sparse;          /* the request limits the fields of the primary resources' type */
  bool follows;         /* one of the columns does */
  size_t count;
  size_t unsettled; /* columns that are not settled */
  struct column items[];
};

/* Splits `column->text` into names. Returns false if one is empty, or if there are too many. */
bool column_parse(struct column *column);

/* The members of a resource, so that each is found once. Values that are absent do not exist. */
struct column_resource {
  struct json_value whole, id, type, attributes, relationships, meta, links;
};

/* Reads a resource. For a value that is no object, nothing exists but `whole`. */
struct column_resource column_resource_of(struct json_value resource);

enum column_result {
  COLUMN_VALUE,
  COLUMN_NULL, /* there is a null on the path: an attribute, or an empty to-one relationship */
  COLUMN_ONE,  /* the value is in the related resource */
  COLUMN_MANY, /* the values are in the related resources, in an array */
  COLUMN_MISSING
};

/* Why a value is missing. */
enum column_lack {
  COLUMN_LACKS_MEMBER,   /* there is no such name */
  COLUMN_LACKS_CHOICE,   /* the path ends at a relationship */
  COLUMN_LACKS_LINKAGE,  /* the relationship has no `data` */
  COLUMN_LACKS_INCLUDED, /* the related resource was not included; only columns_check finds this */
};

struct column_place {
  enum column_result result;
  struct json_value value; /* of COLUMN_ONE an identifier, of COLUMN_MANY an array of these */
  bool is_id;              /* the value is a resource's id or type */
  /*
  ** the index of the name to find in the related resource, also if the relationship is empty or has
  ** no linkage; 0: the path leads to no relationship
  */
  size_t next;
  enum column_lack lack;
  struct json_value within; /* the object that lacks the name; of a resource the whole */
  size_t at;                /* the index of the name at which the path ends */
};

/*
** Finds the value of the column's path from the name with index `from` on. Of two members of an
** object with the same name it may be either.
*/
struct column_place column_find(struct column *column, size_t from,
                                const struct column_resource *resource);

/*
** The same for what `identifier` names, if the linkage has it: `id` or `type`. Returns
** COLUMN_MISSING for other names, which are in the included resource.
*/
struct column_place column_find_in_linkage(struct column *column, size_t from,
                                           struct json_value identifier);

#endif
