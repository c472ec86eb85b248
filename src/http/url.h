/*
** url.h: percent-encoding, joining and comparing of http and https URLs. Knows neither Lua nor
** JSON:API.
**
** URLs are read by libcurl's own parser, so that what is judged here is what will be asked for. A
** text with control characters, with user and password, or of another scheme is not a URL to any of
** these functions. Fragments are dropped, since they are never sent. Each `char *` returned is the
** caller's to free(); NULL is said where it can be. Where that is for lack of memory errno is
** ENOMEM, and else it is not.
*/
#ifndef HARNEST_URL_H
#define HARNEST_URL_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;

/* The longest URL made here, in bytes. */
#define URL_MAXIMUM ((size_t)1 << 20)

enum url_origin {
  URL_SAME,       /* scheme, host and port agree */
  URL_DOWNGRADED, /* http on the host that speaks https: the slip of a server behind a proxy */
  URL_OTHER       /* anything else, also what cannot be parsed */
};

/*
** Appends `length` bytes, percent-encoded but for A-Z a-z 0-9 - . _ ~. False when buffer_append
** fails.
*/
bool url_encode(struct buffer *out, const char *bytes, size_t length);

/*
** Whether `url` can be asked for. If not, `reason` (never NULL) becomes a phrase to put behind the
** URL's name.
*/
bool url_valid(const char *url, const char **reason);

/*
** The absolute URL that `reference` stands for beside the absolute `base` (RFC 3986, 5.2). NULL: no
** URL, no memory.
*/
char *url_resolve(const char *base, const char *reference);

/*
** How the origin of `b` relates to that of `a`. A default port equals none; letter case does not
** count. URL_DOWNGRADED allows of `b` no port, 80, or the port of `a`.
*/
enum url_origin url_compare_origin(const char *a, const char *b);

/* Path and query of `url` on the scheme, host and port of `base`. NULL: no URL, no memory. */
char *url_on_origin(const char *base, const char *url);

/* The host in lower case, IPv6 in brackets. NULL: no URL, no memory. */
char *url_host(const char *url);

/*
** Returns the rest of an absolute URL after its host and port: path, query and fragment. It may
** have no path: "" for "https://h", "?x=1" for "https://h?x=1". Points into `url`.
*/
const char *url_path(const char *url);

/* Whether the host can only be this machine: localhost, a name under it, 127.0.0.0/8, [::1]. */
bool url_is_loopback(const char *url);

/* Whether the scheme is http, so that what is sent can be read on the way. */
bool url_is_plain(const char *url);

/*
** The URL with query parameter `name` set to `value`, both given unencoded: the first parameter of
** that name is replaced where it stands and others of that name dropped; without one it is
** appended. Names are compared decoded, `+` as a space. What else the query holds stays byte by
** byte. NULL: no URL, no memory.
*/
char *url_set_parameter(const char *url, const char *name, const char *value);

/* Whether there is a parameter `name`. */
bool url_has_parameter(const char *url, const char *name);

/*
** The decoded value of the first parameter `name` in `room`, "" without `=`. NULL: none, a NUL in
** it, too long for it.
*/
const char *url_get_parameter(const char *url, const char *name, char *room, size_t size);

#endif
