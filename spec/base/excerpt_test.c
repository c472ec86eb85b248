/*
** excerpt_test.c: texts are shortened in the middle, between UTF-8 characters.
*/
#include "base/excerpt.h"

#include <string.h>

#include "check.h"

/* Whether the excerpt of `text`, of at most `most` bytes, is `expected`. */
static bool is_shown_as(const char *text, size_t most, const char *expected) {
  char shown[EXCERPT_SIZE(EXCERPT_TEXT)];
  memset(shown, 'x', sizeof shown);
  size_t length = excerpt(shown, text, strlen(text), most);
  return length == strlen(expected) && strcmp(shown, expected) == 0;
}

void excerpt_test(void) {
  check(is_shown_as("", 9, ""), "an empty text");
  check(is_shown_as("123456789", 9, "123456789"), "a text of the greatest length");
  check(is_shown_as("1234567890", 9, "123456...890"), "one byte more");
  check(is_shown_as("12345\xC3\xBC"
                    "789",
                    9, "12345...789"),
        "a character at the end of the beginning");
  check(is_shown_as("12345678\xC3\xBC"
                    "0",
                    9,
                    "123456...\xC3\xBC"
                    "0"),
        "a character at the beginning of the end");
  check(is_shown_as("12345678\xE2\x82\xAC"
                    "1",
                    9, "123456...1"),
        "a character across the beginning of the end");
  check(is_shown_as("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 9, "\x80\x80\x80..."),
        "bytes that are not UTF-8");

  char huge[5000], shown[EXCERPT_SIZE(EXCERPT_VALUE)];
  memset(huge, 'a', sizeof huge);
  size_t length = excerpt(shown, huge, sizeof huge, EXCERPT_VALUE);
  check(length == EXCERPT_VALUE + 3 && strlen(shown) == length, "a huge text");

  struct buffer buffer;
  buffer_init(&buffer, 300);
  check(excerpt_append(&buffer, huge, sizeof huge, EXCERPT_VALUE) && buffer.length == length &&
            memcmp(buffer.bytes, shown, length) == 0,
        "appended to a buffer");
  check(!excerpt_append(&buffer, huge, sizeof huge, EXCERPT_VALUE), "a buffer that is full");
  buffer_free(&buffer);
}
