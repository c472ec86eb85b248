/*
** resource.h: the metatable and the methods (related, ref) of resource tables.
*/
#ifndef HARNEST_RESOURCE_H
#define HARNEST_RESOURCE_H

#include <lua.h>

/*
** Pushes a metatable for resources: a new one that refers to the document userdata at stack index
** `document`, or, if that is 0, the one shared by resources without a document. [-0, +1, m]
*/
void resource_push_metatable(lua_State *L, int document);

/* Why a relationship has no related resources. */
enum resource_lack {
  RESOURCE_NAME_IS_FOREIGN,
  RESOURCE_LACKS_RELATIONSHIP,
  RESOURCE_LACKS_LINKAGE,
  RESOURCE_WAS_NOT_INCLUDED
};

/*
** Pushes nil and an error of kind "refused" for the relationship whose name is at index `name`;
** returns 2, the number of results of `related`. [-0, +2, m]
*/
int resource_refuse(lua_State *L, enum resource_lack lack, int name);

/* Raises a usage error unless a string is at `index`. [-0, +0, v] */
void resource_check_name(lua_State *L, int index);

/* Registers the shared metatable. [-0, +0, m] */
void resource_open(lua_State *L);

#endif
