/*
** dialect.h: which server's rules apply.
*/
#ifndef HARNEST_DIALECT_H
#define HARNEST_DIALECT_H

enum dialect {
  DIALECT_JSONAPI, /* any JSON:API server */
  DIALECT_HARNEST  /* booleans are sent as 1 and 0, descending sort is refused */
};

#endif
