/*
** error_summary.h: summarizes a server's error objects (JSON:API 1.1, 11.2), or errors in the
** formats of other APIs, in one line.
*/
#ifndef HARNEST_ERROR_SUMMARY_H
#define HARNEST_ERROR_SUMMARY_H

#include <lua.h>
#include <stdbool.h>

#include "json/json_value.h"

/*
** Pushes a line that summarizes the array of error objects at `errors`: title, detail and source of
** the first one, advice if it is an error of the cursor pagination profile, and the number of
** further errors. [-0, +1, m]
*/
void error_summary_push(lua_State *L, int errors);

/*
** Pushes the line of the error object at absolute `error` alone: title, detail, source and advice.
** May have control characters. [-0, +1, m]
*/
void error_summary_push_line(lua_State *L, int error);

/*
** Pushes the reason that a document without error objects states, and returns true; pushes nothing
** and returns false if there is none. Reads `title` and `detail` (RFC 9457), `message`, `error` as
** a text or an object, and `errors` as texts or as a map of field names to texts. Texts are cut.
** [-0, +(0|1), m]
*/
bool error_summary_push_other(lua_State *L, struct json_value root);

#endif
