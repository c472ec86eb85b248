/*
** secrets.c: the secrets in the header lines of a request.
*/
#include "http/secrets.h"

#include <curl/curl.h>
#include <string.h>

#include "base/base64.h"
#include "http/header_list.h"

/*
** Returns whether the first `length` bytes of a name contain a word of small letters, in any case.
*/
static bool has_word(const char *name, size_t length, const char *word) {
  size_t size = strlen(word);
  for (size_t i = 0; i + size <= length; i++)
    if ((name[i] | ('a' ^ 'A')) == *word && curl_strnequal(name + i, word, size)) return true;
  return false;
}

bool secrets_is_name(const char *name, size_t length) {
  static const char *const words[] = {"authorization", "cookie", "key",     "passphrase",
                                      "password",      "secret", "session", "signature",
                                      "token",         "x-auth"};
  if (header_list_is_named(name, "Idempotency-Key")) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (has_word(name, length, words[i])) return true;
  return false;
}

static void add(struct buffer *secrets, const char *text, size_t length) {
  if (length == 0) return;
  buffer_append(secrets, text, length);
  buffer_putc(secrets, '\0');
}

/* Appends the values of parameters: `sid=…; theme=…` or `token="…", email="…"`. */
static void add_parameters(struct buffer *secrets, const char *text) {
  while (*text != '\0') {
    size_t length = strcspn(text, ",;"), name = strcspn(text, "=,;");
    const char *value = text + name, *end = text + length;
    if (value < end) value++;
    while (value < end && (*value == ' ' || *value == '"')) value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '"')) end--;
    add(secrets, value, (size_t)(end - value));
    text += length;
    if (*text != '\0') text++;
  }
}

/* Appends the password in the credentials of Basic (RFC 7617, 2). */
static void add_password(struct buffer *secrets, const char *credentials) {
  struct buffer pair;
  buffer_init(&pair, strlen(credentials));
  if (!base64_decode(credentials, strlen(credentials), &pair)) secrets->failed = BUFFER_NO_MEMORY;
  const char *colon = pair.length > 0 ? memchr(pair.bytes, ':', pair.length) : NULL;
  if (colon != NULL) {
    const char *password = colon + 1;
    size_t length = pair.length - (size_t)(password - pair.bytes);
    if (memchr(password, '\0', length) == NULL) add(secrets, password, length);
  }
  buffer_wipe(&pair);
}

void secrets_add_line(struct buffer *secrets, const char *line) {
  size_t name = strcspn(line, ":;");
  if (line[name] != ':' || !secrets_is_name(line, name)) return;
  const char *value = line + name + 1 + strspn(line + name + 1, " \t");
  size_t scheme = strcspn(value, " ");
  const char *credentials = value + scheme + strspn(value + scheme, " ");
  bool is_whole = !header_list_is_named(line, "Authorization");
  if (is_whole) add(secrets, value, strlen(value));
  if (is_whole) add_parameters(secrets, value);
  if (*credentials == '\0') return;
  add(secrets, credentials, strlen(credentials));
  add_parameters(secrets, credentials);
  if (curl_strnequal(value, "Basic ", 6)) add_password(secrets, credentials);
}

void secrets_add_lines(struct buffer *secrets, const struct curl_slist *lines) {
  for (const char *line; (line = header_list_next(&lines)) != NULL;)
    secrets_add_line(secrets, line);
}
