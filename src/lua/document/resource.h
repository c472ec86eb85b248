/*
** resource.h: what a resource table can do beyond being a table: related and ref.
*/
#ifndef HARNEST_RESOURCE_H
#define HARNEST_RESOURCE_H

#include <lua.h>

/*
** Pushes a metatable for resources: a new one that holds the document userdata at stack index `document`, or the one
** shared by resources without a document when that is 0. [-0, +1, m]
*/
void resource_push_metatable(lua_State *L, int document);

/* Why a relationship leads to nothing. */
enum resource_lack {
  RESOURCE_NAME_IS_FOREIGN,
  RESOURCE_LACKS_RELATIONSHIP,
  RESOURCE_LACKS_LINKAGE,
  RESOURCE_WAS_NOT_INCLUDED
};

/* Pushes what `related` returns for the relationship whose name is at index `name`: nil and an error of kind "refused"; 2. */
int resource_refuse(lua_State *L, enum resource_lack lack, int name);

/* Raises unless a relationship's name is at `index`. [-0, +0, v] */
void resource_check_name(lua_State *L, int index);

/* Registers the shared metatable. [-0, +0, m] */
void resource_open(lua_State *L);

#endif
