/*
** error_summary.h: what a server's error objects (JSON:API 1.1, 11.2) say, in one line for a person.
*/
#ifndef HARNEST_ERROR_SUMMARY_H
#define HARNEST_ERROR_SUMMARY_H

#include <lua.h>

/*
** Pushes a line that sums up the array of error objects at `errors`: of the first its title, detail and source, and, of
** the cursor pagination profile's errors, what to do; then how many more there are. [-0, +1, m]
*/
void error_summary_push(lua_State *L, int errors);

#endif
