/*
** url_fuzz.c: URLs, targets and queries. An input is four lines (a base URL, a reference, the name
** and the value of a parameter), followed by bytes from which the Lua side builds a query.
*/
#include <stdbool.h>

#include "fuzz.h"

#include "base/hash_set.h"
#include "base/redact.h"
#include "http/url.h"
#include "http/url_query.h"
#include "jsonapi/url_set.h"

static void set_and_get(const char *url, const char *name, const char *value) {
  char *changed = url_set_parameter(url, name, value), *again, text[8192];
  if (changed == NULL) return;
  struct url_query query = url_query_read(changed);
  const char *got = url_query_get(&query, name, text, sizeof text);
  fuzz_must(got != NULL && strcmp(got, value) == 0, "a parameter that was set is there");
  again = url_set_parameter(changed, name, value);
  fuzz_must(again != NULL && strcmp(again, changed) == 0, "setting it again changes nothing");
  fuzz_must(url_compare_origin(url, changed) == URL_SAME, "a parameter does not change the origin");
  free(again);
  free(changed);
}

static void resolve(const char *base, const char *reference) {
  char *url = url_resolve(base, reference);
  if (url == NULL) return;
  char *again = url_resolve(base, url), *own = url_on_origin(base, url);
  const char *reason;
  fuzz_must(strchr(url, '#') == NULL, "a fragment is dropped");
  fuzz_must(url_valid(url, &reason), "what was resolved is valid");
  fuzz_must(again != NULL && strcmp(url, again) == 0, "what was resolved resolves to itself");
  if (own != NULL)
    fuzz_must(url_compare_origin(base, own) == URL_SAME, "url_on_origin keeps to the origin");
  free(url);
  free(again);
  free(own);
}

static void note(const char *url, const char *other) {
  struct hash_set seen = {0};
  bool was_there = true;
  fuzz_must(url_set_add(&seen, url, &was_there) && !was_there, "a new URL is new");
  fuzz_must(url_set_add(&seen, url, &was_there) && was_there, "a URL that was there was there");
  fuzz_must(url_set_add(&seen, other, &was_there), "there is memory");
  hash_set_free(&seen);
}

static void hide(const char *text, const char *secret) {
  struct buffer shown, secrets;
  buffer_init(&secrets, URL_MAXIMUM);
  if (*secret != '\0') buffer_append(&secrets, secret, strlen(secret) + 1);
  buffer_init(&shown, URL_MAXIMUM);
  buffer_puts(&shown, text);
  redact(&shown, &secrets);
  const char *left = buffer_text(&shown);
  fuzz_must(left != NULL && (strlen(secret) < 6 || strstr("[token]", secret) != NULL ||
                             strstr(left, secret) == NULL),
            "the secret is gone");
  buffer_free(&shown);
  buffer_free(&secrets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_input input = {(const char *)data, size};
  char *base = fuzz_take(&input, '\n'), *reference = fuzz_take(&input, '\n');
  char *name = fuzz_take(&input, '\n'), *value = fuzz_take(&input, '\n');
  const char *reason = NULL;
  fuzz_must(url_valid(base, &reason) || reason != NULL, "a refusal has a reason");
  free(url_host(base));
  url_is_loopback(base);
  url_is_plain(base);
  url_compare_origin(base, reference);
  resolve(base, reference);
  set_and_get(base, name, value);
  set_and_get(reference, name, value);
  note(base, reference);
  hide(reference, value);
  lua_State *L = fuzz_state("url");
  lua_pushvalue(L, 1);
  lua_pushstring(L, base);
  lua_pushstring(L, reference);
  lua_pushstring(L, name);
  lua_pushlstring(L, input.at, input.left);
  fuzz_call(L, 4);
  free(base);
  free(reference);
  free(name);
  free(value);
  return 0;
}
