/*
** uuid.h: random ids (RFC 9562, version 4) from the system's random source.
*/
#ifndef HARNEST_UUID_H
#define HARNEST_UUID_H

#include <stdbool.h>

/* Characters of an id; it is not terminated. */
#define UUID_LENGTH 36

/* Writes a new id; false when the system has no random bytes to give. */
bool uuid_make(char text[UUID_LENGTH]);

#endif
