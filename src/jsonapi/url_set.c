/*
** url_set.c: URLs in a set of hashes.
*/
#include "jsonapi/url_set.h"

#include <string.h>

#include "base/hash.h"
#include "base/percent.h"

/* Separators of a URL's parts. Percent-encoded they are distinct characters (RFC 3986, 2.2). */
#define SEPARATORS "&=+#%?/"

/* Returns a hash of path and query, never 0. */
static uint64_t hash_url(const char *url) {
  const char *scheme = strstr(url, "://");
  const char *at = scheme == NULL ? url : scheme + 3 + strcspn(scheme + 3, "/?#");
  const char *end = at + strcspn(at, "#");
  uint64_t hash = HASH_START;
  while (at < end) {
    int code = percent_decode(at, end);
    char character = code >= 0 ? (char)code : *at == '+' ? ' ' : *at;
    if (code > 0 && strchr(SEPARATORS, character) != NULL) hash = hash_byte(hash, '%');
    hash = hash_byte(hash, (unsigned char)character);
    at += code >= 0 ? PERCENT_LENGTH : 1;
  }
  return hash == 0 ? 1 : hash;
}

bool url_set_add(struct hash_set *set, const char *url, bool *was_there) {
  return hash_set_add(set, hash_url(url), was_there);
}

bool url_set_is_same(const char *a, const char *b) {
  return hash_url(a) == hash_url(b);
}
