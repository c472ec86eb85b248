/*
** error_summary.h: summarizes a server's error objects (JSON:API 1.1, 11.2) in one line.
*/
#ifndef HARNEST_ERROR_SUMMARY_H
#define HARNEST_ERROR_SUMMARY_H

#include <lua.h>

/*
** Pushes a line that summarizes the array of error objects at `errors`: title, detail and source of
** the first one, advice if it is an error of the cursor pagination profile, and the number of
** further errors. [-0, +1, m]
*/
void error_summary_push(lua_State *L, int errors);

#endif
