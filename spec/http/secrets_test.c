/*
** secrets_test.c: secrets.h, and base64.h.
*/
#include <string.h>

#include "base/base64.h"
#include "check.h"
#include "http/secrets.h"

static const struct {
  const char *line, *secrets; /* the secrets, each with a line break after it */
} cases[] = {
    {"Authorization: Bearer abcdef", "abcdef\n"},
    {"authorization: Klaviyo-API-Key pk_1", "pk_1\n"},
    {"Authorization: Token token=\"abc\", email=\"a@b\"",
     "token=\"abc\", email=\"a@b\"\nabc\na@b\n"},
    {"Authorization: Basic YTpwYXNzd29yZA==", "YTpwYXNzd29yZA==\n=\npassword\n"},
    {"Authorization: basic YTpwOnE=", "YTpwOnE=\np:q\n"},
    {"Authorization: Basic bm9uZQ==", "bm9uZQ==\n=\n"},
    {"Cookie: sid=abc; theme=dark", "sid=abc; theme=dark\nabc\ndark\ntheme=dark\ndark\n"},
    {"X-API-KEY:abc def", "abc def\ndef\n"},
    {"X-Auth-Token: abc", "abc\n"},
    {"X-SECRET: abc", "abc\n"},
    {"X-Auth: abc", "abc\n"},
    {"Author: abc", ""},
    {"Api-Password: abc", "abc\n"},
    {"Key-Passphrase: abc", "abc\n"},
    {"X-Session: abc", "abc\n"},
    {"X-Signature: abc", "abc\n"},
    {"Idempotency-Key: abc", ""},
    {"Accept: text/plain", ""},
    {"X-Trace: token", ""},
    {"X-Token;", ""},
    {"X-Token: ", ""},
};

static void test_secrets(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer secrets;
    buffer_init(&secrets, 1000);
    secrets_add_line(&secrets, cases[i].line);
    for (size_t at = 0; at < secrets.length; at++)
      if (secrets.bytes[at] == '\0') secrets.bytes[at] = '\n';
    const char *text = buffer_text(&secrets);
    if (!check(text != NULL && strcmp(text, cases[i].secrets) == 0, cases[i].line))
      printf("# %s\n", text != NULL ? text : "nothing");
    buffer_wipe(&secrets);
  }
}

static void test_base64(void) {
  static const char *const texts[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xFF\xFE?"};
  static const char *const encoded[] = {"",         "Zg==",     "Zm8=",     "Zm9v",
                                        "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy", "//4/"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char text[16] = "";
    struct buffer bytes;
    buffer_init(&bytes, 100);
    base64_encode(texts[i], strlen(texts[i]), text);
    check(strcmp(text, encoded[i]) == 0, encoded[i]);
    check(base64_decode(text, strlen(text), &bytes) && strcmp(buffer_text(&bytes), texts[i]) == 0,
          "and back");
    buffer_free(&bytes);
  }
}

void secrets_test(void) {
  test_secrets();
  test_base64();
}
