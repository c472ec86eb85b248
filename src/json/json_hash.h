/*
** json_hash.h: a hash of a parsed value, to find equal values. Not cryptographic.
*/
#ifndef HARNEST_JSON_HASH_H
#define HARNEST_JSON_HASH_H

#include <stdint.h>

#include "json/json_value.h"

/*
** Returns a hash of the value with all that it contains, in the order of the text; of a large
** value, a hash of its first `most_words` words on the tape. Equal values have equal hashes,
** whatever document they are in. White space and the escapes of strings do not count. Never returns
** 0.
*/
uint64_t json_hash(struct json_value value, size_t most_words);

#endif
