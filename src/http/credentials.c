/*
** credentials.c: what requests send as Authorization.
*/
#include "http/credentials.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CREDENTIALS_MAXIMUM ((size_t)64 * 1024)
#define CREDENTIALS_SCHEME_CHARACTERS \
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct credentials *credentials_new(bool takes_authorization) {
  struct credentials *credentials = calloc(1, sizeof *credentials);
  if (credentials == NULL) return NULL;
  credentials->references = 1;
  credentials->takes_authorization = takes_authorization;
  return credentials;
}

struct credentials *credentials_hold(struct credentials *credentials) {
  credentials->references++;
  return credentials;
}

void credentials_release(struct credentials *credentials) {
  if (credentials == NULL || --credentials->references > 0) return;
  buffer_wipe(&credentials->authorization);
  buffer_wipe(&credentials->previous);
  free(credentials->reason);
  free(credentials);
}

/* Whether a token is visible ASCII, which contains all that tokens may have (RFC 6750, 2.1). */
static bool token_is_valid(const char *token, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (token[i] <= ' ' || token[i] > '~') return false;
  return length > 0 && length <= CREDENTIALS_MAXIMUM;
}

/*
** Whether a value of Authorization is a scheme and credentials, separated by spaces, of printable
** ASCII (RFC 9110, 11.4).
*/
static bool authorization_is_valid(const char *value, size_t length) {
  size_t scheme = 0, rest;
  while (scheme < length && strchr(CREDENTIALS_SCHEME_CHARACTERS, value[scheme]) != NULL &&
         value[scheme] != '\0')
    scheme++;
  rest = scheme;
  while (rest < length && value[rest] == ' ') rest++;
  for (size_t i = rest; i < length; i++)
    if (value[i] < ' ' || value[i] > '~') return false;
  return scheme > 0 && rest > scheme && rest < length && value[length - 1] != ' ' &&
         length <= CREDENTIALS_MAXIMUM;
}

/*
** Initializes `line` with the header line of a token, or of a whole value. Returns false on out of
** memory.
*/
static bool write_line(struct buffer *line, const struct credentials *credentials,
                       const char *token, size_t length) {
  buffer_init(line, CREDENTIALS_MAXIMUM + 64);
  buffer_puts(line,
              credentials->takes_authorization ? "Authorization: " : "Authorization: Bearer ");
  buffer_append(line, token, length);
  if (buffer_text(line) != NULL) return true;
  buffer_wipe(line);
  return false;
}

bool credentials_set(struct credentials *credentials, const char *token, size_t length,
                     const char *reason) {
  struct buffer line;
  buffer_init(&line, 0);
  errno = 0;
  bool is_valid =
      token == NULL || (credentials->takes_authorization ? authorization_is_valid(token, length)
                                                         : token_is_valid(token, length));
  if (!is_valid) return false;
  if (token != NULL && !write_line(&line, credentials, token, length)) {
    errno = ENOMEM;
    return false;
  }
  if (credentials->authorization.length > 0) {
    buffer_wipe(&credentials->previous);
    credentials->previous = credentials->authorization;
  }
  free(credentials->reason);
  credentials->authorization = line;
  credentials->reason = token == NULL && reason != NULL ? strdup(reason) : NULL;
  credentials->lacks_memory = token == NULL && reason != NULL && credentials->reason == NULL;
  credentials->wanted = false;
  credentials->generation++;
  return true;
}
