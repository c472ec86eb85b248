/*
** json_escape.c: escapes in the strings of JSON text.
*/
#include "json/json_escape.h"

#include <string.h>

#include "base/hex.h"

/* Returns the code unit of the escape `\uXXXX` at `at`; -1 if there is none. */
static int code_unit(const char *at, const char *end) {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  int high = hex_byte(at + 2, end), low = hex_byte(at + 4, end);
  return high < 0 || low < 0 ? -1 : high << 8 | low;
}

size_t json_escape_length(const char *at, const char *end, const char **problem) {
  int unit = code_unit(at, end), second = -1;
  if (end - at >= 2 && at[1] != '\0' && strchr("\"\\/bfnrt", at[1]) != NULL) return 2;
  *problem = "a malformed escape in a string";
  if (unit < 0) return 0;
  if (unit < 0xD800 || unit > 0xDFFF) return 6;
  *problem = "half of a surrogate pair in a string";
  if (unit < 0xDC00) second = code_unit(at + 6, end);
  return second >= 0xDC00 && second <= 0xDFFF ? 12 : 0;
}
