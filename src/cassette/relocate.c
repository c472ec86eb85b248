/*
** relocate.c: replaces base URLs.
*/
#include "cassette/relocate.h"

#include <string.h>

/* What may follow a base URL, or its host and port, in a URL, a string or a header. */
static bool ends_base(const char *at, const char *end) {
  return at == end || (*at != '\0' && strchr("/?#\"\\<>,; ", *at) != NULL);
}

/*
** Returns how many bytes of the text are the first `length` bytes of `base`, whose slashes may be
** escaped as in JSON; 0 if it does not begin with them, or goes on with the same name.
*/
static size_t match(const char *text, const char *end, const char *base, size_t length) {
  const char *at = text;
  for (size_t i = 0; i < length; i++, at++) {
    if (base[i] == '/' && end - at >= 2 && at[0] == '\\' && at[1] == '/') at++;
    if (at == end || *at != base[i]) return 0;
  }
  return ends_base(at, end) ? (size_t)(at - text) : 0;
}

/* Returns the length of scheme, host and port. */
static size_t origin_length(const char *url) {
  const char *host = strstr(url, "://");
  return host != NULL ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : strlen(url);
}

/*
** Appends what replaces the base URL with which the text begins, and returns how many bytes it
** replaces; 0, and appends nothing, if it does not begin with one.
*/
static size_t replace(struct buffer *out, const char *at, const char *end,
                      const struct relocation *relocation) {
  if (relocation->from == NULL) return 0;
  size_t length = match(at, end, relocation->from, strlen(relocation->from));
  if (length > 0) {
    buffer_puts(out, relocation->to);
    return length;
  }
  length = match(at, end, relocation->from, origin_length(relocation->from));
  if (length > 0) buffer_append(out, relocation->to, origin_length(relocation->to));
  return length;
}

/* Appends a string, with its quotes. */
static void append_string(struct buffer *out, const char *string, size_t length,
                          const struct relocation *relocation) {
  buffer_putc(out, '"');
  size_t replaced = replace(out, string + 1, string + length - 1, relocation);
  buffer_append(out, string + 1 + replaced, length - 1 - replaced);
}

void relocate_json(struct buffer *out, struct json_span value,
                   const struct relocation *relocation) {
  struct json_span token;
  while (json_scan_token(&value, &token)) {
    if (*token.text == '"')
      append_string(out, token.text, token.length, relocation);
    else
      buffer_append(out, token.text, token.length);
  }
}

void relocate_header(struct buffer *out, const char *value, size_t length,
                     const struct relocation *relocation) {
  const char *at = value, *end = value + length;
  while (at < end) {
    bool is_start = at == value || strchr("<\" ,;=", at[-1]) != NULL;
    size_t replaced = is_start ? replace(out, at, end, relocation) : 0;
    if (replaced == 0) buffer_putc(out, *at++);
    at += replaced;
  }
}
