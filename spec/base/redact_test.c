/*
** redact_test.c: redact.h, and the maximum of buffer.h that it must respect.
*/
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/redact.h"
#include "check.h"

/* Redacts one secret. */
static void redact_one(struct buffer *text, const char *secret) {
  struct buffer secrets;
  buffer_init(&secrets, 1000);
  if (*secret != '\0') buffer_append(&secrets, secret, strlen(secret) + 1);
  redact(text, &secrets);
  buffer_free(&secrets);
}

/*
** Whether redact makes `expected` of `text` in a buffer of that maximum, and whether the buffer
** stays within it.
*/
static bool redacts(const char *text, const char *secret, size_t maximum, const char *expected) {
  struct buffer buffer;
  buffer_init(&buffer, maximum);
  buffer_puts(&buffer, text);
  redact_one(&buffer, secret);
  const char *result = buffer_text(&buffer);
  bool fine = result != NULL && strcmp(result, expected) == 0 && buffer.length <= maximum &&
              buffer.maximum == maximum;
  if (!fine) printf("#   %s\n", result != NULL ? result : "nothing");
  buffer_free(&buffer);
  return fine;
}

static const struct {
  const char *name, *text, *secret, *expected;
} cases[] = {
    {"nothing", "", "secret", ""},
    {"no secret in the text", "a text", "secret", "a text"},
    {"the whole text", "secret", "secret", "[token]"},
    {"at the start", "secret!", "secret", "[token]!"},
    {"at the end", "a secret", "secret", "a [token]"},
    {"twice", "secret secret", "secret", "[token] [token]"},
    {"adjacent", "secretsecret", "secret", "[token][token]"},
    {"overlapping", "abababab", "ababab", "[token]ab"},
    {"part of it", "secre", "secret", "secre"},
    {"a start of it before it", "secsecret", "secret", "sec[token]"},
    {"case matters", "SECRET", "secret", "SECRET"},
    {"an empty secret", "a text", "", "a text"},
    {"5 bytes are no secret", "abcde", "abcde", "abcde"},
    {"6 bytes are one", "abcdef", "abcdef", "[token]"},
    {"a long one", "x0123456789012345678901234567890123456789y",
     "0123456789012345678901234567890123456789", "x[token]y"},
    {"a slash escaped in JSON", "\"abc\\/def\"", "abc/def", "\"[token]\""},
    {"a slash as a code in JSON", "\"abc\\u002Fdef\"", "abc/def", "\"[token]\""},
    {"a code in lower case", "\"abc\\u002fdef\"", "abc/def", "\"[token]\""},
    {"a quote escaped in JSON", "\"abc\\\"def\"", "abc\"def", "\"[token]\""},
    {"a backslash escaped in JSON", "\"abc\\\\def\"", "abc\\def", "\"[token]\""},
    {"another code in JSON", "abc\\u0030def", "abc/def", "abc\\u0030def"},
    {"a code beyond ASCII", "abc\\u012Fdef", "abc/def", "abc\\u012Fdef"},
    {"a code cut short", "secre\\u007", "secret", "secre\\u007"},
    {"a code with a wrong digit", "secre\\u007g", "secret", "secre\\u007g"},
    {"a backslash at the end", "secre\\", "secret", "secre\\"},
    {"percent-encoded", "?t=abc%2Fdef&x", "abc/def", "?t=[token]&x"},
    {"percent-encoded in lower case", "?t=abc%2fdef&x", "abc/def", "?t=[token]&x"},
    {"every byte percent-encoded", "%73%65%63%72%65%74", "secret", "[token]"},
    {"a percent sign", "abc%def", "abc%def", "[token]"},
    {"a percent sign and digits", "abc%25def", "abc%25def", "[token]"},
    {"a percent sign percent-encoded", "?t=abc%25def&x", "abc%def", "?t=[token]&x"},
    {"a percent sign and digits percent-encoded", "abc%2525def", "abc%25def", "[token]"},
    {"a plus sign stands for itself", "abc+def abc def", "abc+def", "[token] abc def"},
    {"another byte percent-encoded", "abc%30def", "abc/def", "abc%30def"},
    {"an escape cut short", "secre%7", "secret", "secre%7"},
    {"an escape with a wrong digit", "secre%7g", "secret", "secre%7g"},
    {"a byte beyond ASCII percent-encoded", "abc%FFdef",
     "abc\xFF"
     "def",
     "[token]"},
    {"mixed escapes", "%73e\\u0063ret", "secret", "[token]"},
};

static void test_cases(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check(redacts(cases[i].text, cases[i].secret, 1000, cases[i].expected), cases[i].name);
}

/* The mark is a byte longer than this secret, so a full buffer gets a text that does not fit. */
static void test_maximum(void) {
  static const char text[] = "a secret, a secret and a secret",
                    expected[] = "a [token], a [token] and a [token]";
  const size_t length = strlen(text), whole = strlen(expected);
  for (size_t maximum = length; maximum <= whole + 2; maximum++) {
    char cut[sizeof expected], name[80];
    snprintf(cut, sizeof cut, "%.*s", (int)maximum, expected);
    snprintf(name, sizeof name, "%zu bytes of at most %zu", length, maximum);
    check(redacts(text, "secret", maximum, cut), name);
  }
  check(redacts("secret", "secret", 6, "[token"), "a mark longer than the buffer");
  check(redacts("secretsecret", "secret", 12, "[token][toke"), "two marks longer than the buffer");
  check(redacts("secret0123", "secret", 10, "[token]012"), "the text after it is cut");
}

/* Several secrets, of which one begins like the other. */
static void test_several(void) {
  static const char secrets[] = "secret\0secretive\0abc\0other-one";
  struct buffer list, text;
  buffer_init(&list, 100);
  buffer_append(&list, secrets, sizeof secrets);
  buffer_init(&text, 100);
  buffer_puts(&text, "a secretive abc, a secret, other-one and other-two");
  redact(&text, &list);
  check(strcmp(buffer_text(&text), "a [token] abc, a [token], [token] and other-two") == 0,
        "of several secrets the longest is replaced");
  list.failed = BUFFER_NO_MEMORY;
  redact(&text, &list);
  check(text.length == 0 && text.failed == BUFFER_NO_MEMORY,
        "nothing is left if the list of secrets is not complete");
  buffer_free(&list);
  buffer_free(&text);
}

/* A buffer longer than its maximum would accept any length. */
static void test_append(void) {
  struct buffer buffer;
  buffer_init(&buffer, 6);
  buffer_puts(&buffer, "secret");
  redact_one(&buffer, "secret");
  check(!buffer_puts(&buffer, "more"), "a full buffer accepts nothing more afterwards");
  check(buffer.failed == BUFFER_TOO_LARGE && buffer.length == 6, "and reports that it is full");
  buffer_clear(&buffer);
  check(buffer_puts(&buffer, "again") && buffer.length == 5, "it can be used again");
  buffer_free(&buffer);
  buffer_init(&buffer, 10);
  buffer_puts(&buffer, "1234567890");
  buffer_cut(&buffer, 4);
  check(buffer.length == 4 && buffer_putc(&buffer, '5') && buffer.length == 5,
        "a cut buffer grows again");
  check(!buffer_printf(&buffer, "%s", "123456") && buffer.length == 5,
        "printf beyond the maximum changes nothing");
  check(buffer_text(&buffer) == NULL, "a failed buffer has no text");
  redact_one(&buffer, "secret");
  check(buffer.failed == BUFFER_TOO_LARGE, "redacting nothing keeps an earlier failure");
  buffer_clear(&buffer);
  buffer_puts(&buffer, "secret");
  buffer_puts(&buffer, "much more");
  redact_one(&buffer, "secret");
  check(buffer.failed == BUFFER_TOO_LARGE && buffer_text(&buffer) == NULL,
        "redacting keeps an earlier failure");
  check(buffer.length == 7 && memcmp(buffer.bytes, "[token]", 7) == 0, "and redacts");
  buffer_clear(&buffer);
  check(!buffer_printf(&buffer, "%lc", (wint_t)0x20AC) && buffer.failed != BUFFER_FINE,
        "printf fails for a character that the locale C lacks, and the buffer with it");
  check(!buffer_puts(&buffer, "more") && buffer_text(&buffer) == NULL, "it stays failed");
  buffer_wipe(&buffer);
  check(buffer.bytes == NULL && buffer.length == 0, "a wiped buffer is empty");
}

/* NUL bytes around a secret do not hide it. */
static void test_binary(void) {
  struct buffer buffer;
  buffer_init(&buffer, 100);
  buffer_append(&buffer, "\0secret\0", 8);
  redact_one(&buffer, "secret");
  check(buffer.length == 9 && memcmp(buffer.bytes, "\0[token]\0", 9) == 0, "between NUL bytes");
  buffer_free(&buffer);
  redact_one(&buffer, "secret");
  check(buffer.bytes == NULL && buffer.length == 0, "a buffer without memory");
}

void redact_test(void) {
  test_cases();
  test_maximum();
  test_several();
  test_append();
  test_binary();
}
