/*
** version.h: the name and version of the module.
*/
#ifndef HARNEST_VERSION_H
#define HARNEST_VERSION_H

/*
** The only place that states the version. The Lua module, the user agent and the Makefile read it;
** spec/lua/module_spec.lua compares the rockspec and the changelog with it.
*/
#define HARNEST_VERSION "1.0.0"

#endif
