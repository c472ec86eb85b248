/*
** trace_options.h: reads the options `trace`, `trace_detail` and `debug`.
*/
#ifndef HARNEST_TRACE_OPTIONS_H
#define HARNEST_TRACE_OPTIONS_H

#include <lua.h>
#include <stdbool.h>

#include "http/session.h"

/* The values of the option `trace_detail`, ended by NULL; `debug` takes them, too. */
extern const char *const trace_options_details[];

/*
** Sets the events of a session by the checked options. The table at `keep` has `trace` and
** `trace_detail`, and gets `debug`: without that option HARNEST_DEBUG applies, unless it is
** inherited. Raises a usage error for another value of one of these two. [-0, +0, e]
*/
void trace_options_read(lua_State *L, struct session *session, int options, int keep,
                        bool is_derived);

#endif
