/*
** normal_url.c: recognizes URLs that libcurl's parser leaves as they are. url_test compares its
** answers with libcurl's.
*/
#include "http/normal_url.h"

#include <string.h>

#include "base/text.h"

static bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || text_is_digit(c) || c == '-' || c == '_';
}

/*
** Whether libcurl and url.c leave a character of a path or query as it is. `%` is another matter.
*/
static bool is_kept(char c) {
  switch (c) {
    case '"':
    case '#':
    case '%':
    case '<':
    case '>':
    case '\\':
    case '^':
    case '`':
    case '{':
    case '|':
    case '}': return false;
    default: return c > ' ' && c < 0x7F;
  }
}

static bool is_upper_digit(char c) {
  return text_is_digit(c) || (c >= 'A' && c <= 'F');
}

/* Whether `%` begins an encoded character that is not a dot, which a path may have to drop. */
static bool is_escape(const char *text) {
  return is_upper_digit(text[1]) && is_upper_digit(text[2]) && !(text[1] == '2' && text[2] == 'E');
}

/* Whether a label of digits is a number of an IPv4 address as libcurl writes it. */
static bool is_octet(const char *label, const char *end) {
  int value = 0;
  if (end - label > 3 || (*label == '0' && end - label > 1)) return false;
  for (; label < end; label++) value = value * 10 + (*label - '0');
  return value <= 255;
}

/*
** Returns the end of a host; NULL if it may not be normal. libcurl reads a host whose last label is
** a number as an IPv4 address, which has several forms.
*/
static const char *host_end(const char *host) {
  const char *at = host, *label = host;
  int octets = 0, labels = 0;
  bool has_letter = false;
  for (;; at++) {
    if (is_host_character(*at)) {
      has_letter = has_letter || !text_is_digit(*at);
      continue;
    }
    if (at == label) return NULL;
    labels++;
    octets += !has_letter && is_octet(label, at);
    if (*at != '.') break;
    label = at + 1;
    has_letter = false;
  }
  bool is_hexadecimal = label[0] == '0' && label[1] == 'x';
  bool is_name = has_letter && !is_hexadecimal, is_address = labels == 4 && octets == 4;
  return is_name || is_address ? at : NULL;
}

/* Reads `:port` if there is one. Returns its end; NULL if it may not be normal. */
static const char *read_port(const char *at, struct normal_url *parts) {
  if (*at != ':') return at;
  long port = 0;
  const char *first = ++at;
  for (; text_is_digit(*at) && at - first < 5; at++) port = port * 10 + (*at - '0');
  parts->port = port;
  return *first >= '1' && *first <= '9' && port <= 65535 ? at : NULL;
}

bool normal_url_is_path(const char *text) {
  bool in_query = false;
  if (*text != '/') return false;
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '%' ? !is_escape(at) : !is_kept(*at)) return false;
    if (*at == '?' && at[1] == '\0') return false;
    in_query = in_query || *at == '?';
    if (!in_query && *at == '/' && at[1] == '.') return false;
  }
  return true;
}

bool normal_url_read(struct normal_url *parts, const char *url) {
  if (strncmp(url, "http", 4) != 0) return false;
  parts->plain = url[4] == ':';
  const char *colon = url + (parts->plain ? 4 : 5);
  if ((!parts->plain && url[4] != 's') || strncmp(colon, "://", 3) != 0) return false;
  parts->host = colon + 3;
  parts->port = parts->plain ? 80 : 443;
  const char *end = host_end(parts->host);
  if (end == NULL) return false;
  parts->host_length = (size_t)(end - parts->host);
  parts->path = read_port(end, parts);
  return parts->path != NULL && normal_url_is_path(parts->path);
}
