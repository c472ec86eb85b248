/*
** uuid.h: random UUIDs (RFC 9562, version 4) from the system's random source.
*/
#ifndef HARNEST_UUID_H
#define HARNEST_UUID_H

#include <stdbool.h>

/* Characters of a UUID, which is not NUL-terminated. */
#define UUID_LENGTH 36

/* Writes a new UUID. Returns false if the system provides no random bytes. Any thread. */
bool uuid_make(char text[UUID_LENGTH]);

#endif
