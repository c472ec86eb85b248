/*
** request_headers.h: converts a script's table of headers to lines for libcurl.
*/
#ifndef HARNEST_REQUEST_HEADERS_H
#define HARNEST_REQUEST_HEADERS_H

#include <lua.h>

struct curl_slist; /* of libcurl; see header_list.h */

/*
** Appends a line for each field of the checked table (OPTION_HEADERS) at absolute `index` to a list
** that the caller owns also if this raises. Raises a usage error, with `prefix` before the name,
** for fields that the client sets itself. [-0, +0, e]
*/
void request_headers_append(lua_State *L, int index, const char *prefix, struct curl_slist **list);

#endif
