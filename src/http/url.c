/*
** url.c: percent-encoding, resolving and comparing of http and https URLs.
**
** libcurl parses and normalizes the URLs, except those that normal_url recognizes as normal. A
** normalized URL always has a path and never a fragment, so that the code below only searches for
** `/` and `?`.
*/
#include "http/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/text_copy.h"
#include "http/normal_url.h"
#include "http/url_query.h"
#include "system.h"

static bool is_unreserved(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool url_encode(struct buffer *out, const char *bytes, size_t length) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    const char escape[] = {'%', digits[c >> 4], digits[c & 15]};
    if (!(is_unreserved(c) ? buffer_putc(out, (char)c) : buffer_append(out, escape, sizeof escape)))
      return false;
  }
  return out->failed == BUFFER_FINE;
}

/*
** Returns the text of a buffer, which is empty afterwards; caller frees. Returns NULL on out of
** memory or if an append failed.
*/
static char *take_text(struct buffer *buffer) {
  if (buffer_text(buffer) == NULL) {
    buffer_free(buffer);
    return NULL;
  }
  char *text = buffer->bytes;
  buffer_init(buffer, buffer->maximum);
  return text;
}

/* ------------------------------------------------------------------ parsing */

static bool is_absolute(const char *text) {
  return curl_strnequal(text, "http:", 5) || curl_strnequal(text, "https:", 6);
}

/* Whether a call of libcurl succeeded. Sets errno on out of memory. */
static bool succeeded(CURLUcode code) {
  if (code == CURLUE_OUT_OF_MEMORY) errno = ENOMEM;
  return code == CURLUE_OK;
}

/* Returns one part of a parsed URL; NULL if it is absent. Caller frees it by curl_free. */
static char *part(CURLU *parsed, CURLUPart what, unsigned flags) {
  char *text = NULL;
  return succeeded(curl_url_get(parsed, what, &text, flags)) ? text : NULL;
}

/* Whether the scheme of a parsed URL is http or https. */
static bool has_web_scheme(CURLU *parsed) {
  char *scheme = part(parsed, CURLUPART_SCHEME, 0);
  bool web = scheme != NULL && (curl_strequal(scheme, "http") || curl_strequal(scheme, "https"));
  curl_free(scheme);
  return web;
}

/* Returns the length of the scheme and the authority of a reference; 0 if it has neither. */
static size_t authority_length(const char *reference) {
  if (strncmp(reference, "//", 2) == 0) return 2 + strcspn(reference + 2, "/?#");
  return is_absolute(reference) ? (size_t)(url_path(reference) - reference) : 0;
}

/*
** Returns a reference without its fragment, which older versions of libcurl parse as a part of the
** path; caller frees. After the authority, characters that RFC 3986 does not allow in a URL are
** percent-encoded, except those that libcurl encodes itself. Returns NULL on out of memory.
*/
static char *clean(const char *reference) {
  size_t length = strcspn(reference, "#"), authority = authority_length(reference);
  struct buffer out;
  buffer_init(&out, SIZE_MAX / 4);
  buffer_append(&out, reference, authority);
  for (size_t i = authority; i < length; i++) {
    if (strchr("\"<>\\^`{|}", reference[i]) != NULL)
      url_encode(&out, reference + i, 1);
    else
      buffer_putc(&out, reference[i]);
  }
  return take_text(&out);
}

/*
** Sets `parsed` to a URL without its fragment, or resolves a reference against the URL in it.
** Spaces, unencoded UTF-8 and other characters that no URL may contain are encoded. Returns false
** on out of memory or if it is no valid http or https URL.
*/
static bool parse_into(CURLU *parsed, const char *text) {
  static const unsigned flags = CURLU_DISALLOW_USER | CURLU_URLENCODE;
  if (text_has_control(text, strlen(text))) return false;
  char *reference = clean(text);
  bool is_set =
      reference != NULL && succeeded(curl_url_set(parsed, CURLUPART_URL, reference, flags));
  free(reference);
  return is_set && has_web_scheme(parsed);
}

/*
** Parses an absolute URL; caller frees it by curl_url_cleanup. Returns NULL on out of memory or if
** it is invalid.
*/
static CURLU *parse(const char *text) {
  /* libcurl corrects `http:/host` and `http:///host`, but other clients read them differently */
  const char *colon = strchr(text, ':');
  if (colon == NULL || strncmp(colon, "://", 3) != 0 || colon[3] == '/') return NULL;
  CURLU *parsed = curl_url();
  if (parsed == NULL) errno = ENOMEM;
  if (parsed != NULL && parse_into(parsed, text)) return parsed;
  curl_url_cleanup(parsed);
  return NULL;
}

/*
** Returns the whole URL as libcurl writes it, without its fragment; caller frees. Returns NULL on
** out of memory. Frees `parsed`.
*/
static char *finish(CURLU *parsed) {
  curl_url_set(parsed, CURLUPART_FRAGMENT, NULL, 0);
  char *text = part(parsed, CURLUPART_URL, 0);
  char *copy = text == NULL ? NULL : strdup(text);
  curl_free(text);
  curl_url_cleanup(parsed);
  return copy;
}

/*
** Returns the URL as libcurl writes it: lower-case scheme, a path, no fragment; caller frees.
** Returns NULL on out of memory or if it is invalid.
*/
static char *normalize(const char *url) {
  struct normal_url normal;
  if (normal_url_read(&normal, url)) return strdup(url);
  CURLU *parsed = parse(url);
  return parsed == NULL ? NULL : finish(parsed);
}

/* Returns why a text is no valid URL; NULL if it is valid. */
static const char *invalid_reason(const char *url) {
  errno = 0;
  if (text_has_control(url, strlen(url))) return "has a control character in it";
  if (strchr(url, ' ') != NULL) return "has a space in it";
  if (!is_absolute(url)) return "does not start with https:// or http://";
  CURLU *parsed = parse(url);
  if (parsed != NULL) {
    curl_url_cleanup(parsed);
    return NULL;
  }
  const char *authority = strstr(url, "://");
  if (authority != NULL) {
    size_t length = strcspn(authority + 3, "/?#");
    if (length == 0) return "has no host";
    if (memchr(authority + 3, '@', length) != NULL) return "has a user or password in it";
  }
  return "is not a URL";
}

bool url_valid(const char *url, const char **reason) {
  const char *why = invalid_reason(url);
  if (why == NULL) return true;
  *reason = why;
  return false;
}

/*
** Returns the first `length` bytes of a text and another text; caller frees. NULL on out of memory.
*/
static char *join(const char *text, size_t length, const char *more) {
  struct buffer out;
  buffer_init(&out, SIZE_MAX / 4);
  buffer_append(&out, text, length);
  buffer_puts(&out, more);
  return take_text(&out);
}

char *url_resolve(const char *base, const char *reference) {
  struct normal_url normal;
  errno = 0;
  if (normal_url_read(&normal, reference)) return strdup(reference);
  if (reference[0] == '/' && reference[1] != '/' && normal_url_is_path(reference) &&
      normal_url_read(&normal, base))
    return join(base, (size_t)(normal.path - base), reference);
  bool absolute = is_absolute(reference), is_empty = strcspn(reference, "#") == 0;
  CURLU *parsed = parse(absolute ? reference : base);
  if (parsed != NULL && !absolute && !is_empty && !parse_into(parsed, reference)) {
    curl_url_cleanup(parsed);
    parsed = NULL;
  }
  return parsed == NULL ? NULL : finish(parsed);
}

/* ------------------------------------------------------------------ origins */

struct origin {
  bool plain;
  char *host;
  long port;
};

/*
** Reads the origin of a URL; caller frees origin->host. Returns false on out of memory or if the
** URL is invalid.
*/
static bool origin_read(struct origin *origin, const char *url) {
  struct normal_url normal;
  if (normal_url_read(&normal, url)) {
    origin->plain = normal.plain;
    origin->port = normal.port;
    origin->host = text_copy(normal.host, normal.host_length);
    return origin->host != NULL;
  }
  CURLU *parsed = parse(url);
  if (parsed == NULL) return false;
  char *scheme = part(parsed, CURLUPART_SCHEME, 0);
  char *host = part(parsed, CURLUPART_HOST, 0);
  char *port = part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  bool whole = scheme != NULL && host != NULL && port != NULL;
  if (whole) {
    origin->plain = curl_strequal(scheme, "http");
    origin->port = strtol(port, NULL, 10);
    origin->host = strdup(host);
  }
  curl_free(scheme);
  curl_free(host);
  curl_free(port);
  curl_url_cleanup(parsed);
  return whole && origin->host != NULL;
}

static enum url_origin compare(const struct origin *a, const struct origin *b) {
  if (!curl_strequal(a->host, b->host)) return URL_OTHER;
  if (a->plain == b->plain) return a->port == b->port ? URL_SAME : URL_OTHER;
  if (b->plain && (b->port == 80 || b->port == a->port)) return URL_DOWNGRADED;
  return URL_OTHER;
}

enum url_origin url_compare_origin(const char *a, const char *b) {
  struct origin first = {0}, second = {0};
  enum url_origin result = URL_OTHER;
  errno = 0;
  if (origin_read(&first, a) && origin_read(&second, b)) result = compare(&first, &second);
  free(first.host);
  free(second.host);
  return result;
}

char *url_on_origin(const char *base, const char *url) {
  errno = 0;
  char *origin = normalize(base);
  char *target = normalize(url);
  struct buffer out;
  buffer_init(&out, URL_MAXIMUM);
  if (origin != NULL && target != NULL) {
    buffer_append(&out, origin, (size_t)(url_path(origin) - origin));
    buffer_puts(&out, url_path(target));
  }
  bool parsed = origin != NULL && target != NULL;
  free(origin);
  free(target);
  return parsed ? take_text(&out) : NULL;
}

const char *url_path(const char *url) {
  const char *authority = strstr(url, "://");
  return authority != NULL ? authority + 3 + strcspn(authority + 3, "/?#") : url + strlen(url);
}

char *url_host(const char *url) {
  struct origin origin = {0};
  errno = 0;
  if (!origin_read(&origin, url)) return NULL;
  for (char *c = origin.host; *c != '\0'; c++) {
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
  }
  return origin.host;
}

/* Whether a host in lower case is this machine. Removes the last bracket of an IPv6 address. */
static bool is_loopback(char *host) {
  static const char name[] = "localhost", under[] = ".localhost";
  size_t length = strlen(host);
  if (length > 0 && host[length - 1] == '.') host[--length] = '\0';
  if (strcmp(host, name) == 0) return true;
  if (length >= sizeof under && strcmp(host + length - (sizeof under - 1), under) == 0) return true;
  if (host[0] != '[') return system_is_loopback(host);
  host[length - 1] = '\0';
  return system_is_loopback(host + 1);
}

bool url_is_loopback(const char *url) {
  char *host = url_host(url);
  bool loopback = host != NULL && is_loopback(host);
  free(host);
  return loopback;
}

bool url_is_plain(const char *url) {
  return curl_strnequal(url, "http://", 7);
}

/* --------------------------------------------------------------- parameters */

static void append_parameter(struct buffer *out, char separator, const char *name,
                             const char *value) {
  buffer_putc(out, separator);
  url_encode(out, name, strlen(name));
  buffer_putc(out, '=');
  url_encode(out, value, strlen(value));
}

/* Appends `?` and the query of a URL with the parameter `name` set to `value`. */
static void append_query(struct buffer *out, const char *url, const char *name, const char *value) {
  char separator = '?';
  bool placed = false;
  const char *at = url_query_start(url);
  struct url_parameter parameter;
  if (at != NULL && *at == '\0') at = NULL;
  while (url_query_next(&at, &parameter)) {
    bool named = url_parameter_is(&parameter, name);
    if (named && placed) continue;
    if (named) {
      append_parameter(out, separator, name, value);
      placed = true;
    } else {
      buffer_putc(out, separator);
      buffer_append(out, parameter.name, (size_t)(parameter.value_end - parameter.name));
    }
    separator = '&';
  }
  if (!placed) append_parameter(out, separator, name, value);
}

char *url_set_parameter(const char *url, const char *name, const char *value) {
  errno = 0;
  char *normal = normalize(url);
  if (normal == NULL) return NULL;
  struct buffer out;
  buffer_init(&out, URL_MAXIMUM);
  buffer_append(&out, normal, strcspn(normal, "?"));
  append_query(&out, normal, name, value);
  free(normal);
  return take_text(&out);
}
