/*
** version.h: the name and version of the module.
*/
#ifndef HARNEST_VERSION_H
#define HARNEST_VERSION_H

/*
** The only place that states the version: the Lua module, the user agent and the rockspec's test
** read it.
*/
#define HARNEST_VERSION "0.1.0"

#endif
