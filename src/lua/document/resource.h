/*
** resource.h: the metatable and the methods (related, ref) of resource tables.
*/
#ifndef HARNEST_RESOURCE_H
#define HARNEST_RESOURCE_H

#include <lua.h>
#include <stdbool.h>

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

/* The results of `related` for a to-many relationship, while they are collected. */
struct resource_targets {
  int found, missing; /* numbers of resources and of identifiers */
  int first;          /* stack index of the array of resources; the next one is of identifiers */
};

/* Pushes two empty arrays, the first one for `count` resources. [-0, +2, m] */
struct resource_targets resource_targets_begin(lua_State *L, int count);

/*
** Moves the value on top into the first array if the document has the resource (`found`), else the
** identifier on top into the second. [-1, +0, m]
*/
void resource_targets_add(lua_State *L, struct resource_targets *targets, bool found);

/*
** Leaves on the stack the array of resources and, if some are missing, that of identifiers. Returns
** the number of arrays; 0 if all resources are missing. [-2, +(0|1|2), -]
*/
int resource_targets_end(lua_State *L, const struct resource_targets *targets);

/* Registers the shared metatable. [-0, +0, m] */
void resource_open(lua_State *L);

#endif
