/*
** version.h: what the module is called and which version it is.
*/
#ifndef HARNEST_VERSION_H
#define HARNEST_VERSION_H

/* The one place that states the version: the Lua module, the user agent and the rockspec's test read it. */
#define HARNEST_VERSION "0.1.0"

#endif
