/*
** url.h: percent-encoding, resolving and comparing of http and https URLs. Depends on neither Lua
** nor JSON:API.
**
** libcurl's parser reads the URLs, so that checks see the same parts as requests. These functions
** treat a text with control characters, with a user or password, or with another scheme as an
** invalid URL. They drop fragments, which are never sent, and percent-encode characters in paths
** and queries that no URL may contain: spaces, `"<>\^`{|}` and non-ASCII bytes. Caller frees each
** returned `char *`. If NULL is returned because of out of memory, errno is ENOMEM; otherwise it is
** not.
*/
#ifndef HARNEST_URL_H
#define HARNEST_URL_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;

/* The longest URL that these functions make, in bytes. */
#define URL_MAXIMUM ((size_t)1 << 20)

enum url_origin {
  URL_SAME,       /* scheme, host and port are equal */
  URL_DOWNGRADED, /* http instead of https, as servers behind a proxy often write it */
  URL_OTHER       /* another origin, or an invalid URL */
};

/*
** Appends `length` bytes, percent-encoded except A-Z a-z 0-9 - . _ ~. Returns false if
** buffer_append fails.
*/
bool url_encode(struct buffer *out, const char *bytes, size_t length);

/*
** Whether `url` is a valid absolute URL without spaces. If not, sets `reason` to a literal that
** continues a sentence about the URL: "has no host".
*/
bool url_valid(const char *url, const char **reason);

/*
** Resolves `reference` against the absolute URL `base` (RFC 3986, 5.2). Returns NULL on out of
** memory or if one of them is invalid.
*/
char *url_resolve(const char *base, const char *reference);

/*
** Compares the origin of `b` with that of `a`. A missing port is the default port; letter case is
** ignored. For URL_DOWNGRADED, `b` has no port, 80, or the port of `a`. Out of memory is URL_OTHER,
** with errno ENOMEM.
*/
enum url_origin url_compare_origin(const char *a, const char *b);

/*
** Returns path and query of `url` after the scheme, host and port of `base`. Returns NULL on out of
** memory or if one of them is invalid.
*/
char *url_on_origin(const char *base, const char *url);

/*
** Returns the host in lower case, an IPv6 address in brackets. Returns NULL on out of memory or if
** the URL is invalid.
*/
char *url_host(const char *url);

/*
** Returns the rest of an absolute URL after its host and port: path, query and fragment. It may
** have no path: "" for "https://h", "?x=1" for "https://h?x=1". Points into `url`.
*/
const char *url_path(const char *url);

/*
** Whether the host is this machine: localhost, a name below it, 127.0.0.0/8 or [::1]. False on out
** of memory, with errno ENOMEM.
*/
bool url_is_loopback(const char *url);

/* Whether the scheme is http, so that the exchange is not encrypted. */
bool url_is_plain(const char *url);

/*
** Returns the URL with the query parameter `name` set to `value`, both given unencoded. Replaces
** the first parameter with this name and drops others; appends it if there is none. Names are
** compared decoded, `+` as a space. The other parameters stay the same, byte by byte. Returns NULL
** on out of memory or if the URL is invalid.
*/
char *url_set_parameter(const char *url, const char *name, const char *value);

#endif
