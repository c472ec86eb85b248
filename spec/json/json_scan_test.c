/*
** json_scan_test.c: which texts the scanner accepts, and where it finds the first problem.
*/
#include "json/json_scan.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "json/json.h"

/* A copy of the text, with exactly so many bytes that a memory checker finds overreads. */
static char *copy_of(const char *text, size_t length, size_t padding) {
  char *copy = malloc(length + padding + 1); /* one byte more, since a text may be empty */
  if (copy == NULL) abort();
  memcpy(copy + 1, text, length);
  memset(copy + 1 + length, '7', padding);
  return copy;
}

/* ------------------------------------------------------------------ whole texts */

/* The problem and its offset; NULL for a valid text. */
static const struct {
  const char *name, *text, *problem;
  size_t at;
} texts[] = {
    {"an empty object", "{}"},
    {"an empty array", " [ ] "},
    {"white space everywhere", "\t{ \"a\" :\r\n[ 1 , 2 ] , \"b\" : { } }\n"},
    {"a string alone", "\"x\""},
    {"an empty string", "\"\""},
    {"all escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\u0000\""},
    {"UTF-8 of all lengths", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    {"words", "[true,false,null]"},
    {"numbers", "[0,-0,10,-1.5,0.25,1e5,1E+5,1e-5,12.5e10]"},
    {"an integer beyond 64 bits", "123456789012345678901234567890"},
    {"a number beyond floats", "1e400"},
    {"a name that is empty, and one twice", "{\"\":1,\"a\":2,\"a\":3}"},
    {"brackets in strings", "[\"[\",\"{\",\"]\",\"}\",\",\"]"},

    {"no text", "", "the end of the text, not a value", 0},
    {"white space alone", " \n", "the end of the text, not a value", 2},
    {"a byte order mark", "\xEF\xBB\xBF{}", "not a JSON value", 0},
    {"two values", "{} {}", "expected the end of the text", 3},
    {"a bracket too many", "[]]", "expected the end of the text", 2},
    {"a page of HTML", "<html>", "not a JSON value", 0},
    {"an array without end", "[1,2", "expected a comma or ] here", 4},
    {"an object without end", "{\"a\":1 ", "expected a comma or } here", 7},
    {"the wrong bracket", "[1}", "expected a comma or ] here", 2},
    {"the wrong brace", "{\"a\":[1}", "expected a comma or ] here", 7},
    {"no comma", "[1 2]", "expected a comma or ] here", 3},
    {"no comma after an array", "{\"a\":[] \"b\":1}", "expected a comma or } here", 8},
    {"a comma before the first item", "[,1]", "not a JSON value", 1},
    {"a comma after the last item", "[1,]", "not a JSON value", 3},
    {"two commas", "[1,,2]", "not a JSON value", 3},
    {"a comma after the last member", "{\"a\":1,}", "expected the name of a member, in quotes", 7},
    {"a comma alone in an object", "{,}", "expected the name of a member, in quotes", 1},
    {"a name without quotes", "{a:1}", "expected the name of a member, in quotes", 1},
    {"a number as a name", "{1:1}", "expected the name of a member, in quotes", 1},
    {"no colon", "{\"a\" 1}", "expected a colon after the name of a member", 5},
    {"a name alone", "{\"a\"}", "expected a colon after the name of a member", 4},
    {"no value", "{\"a\":}", "not a JSON value", 5},
    {"the end before a value", "{\"a\":", "the end of the text, not a value", 5},
    {"a string without end", "[\"abc", "a string without end", 1},
    {"a name without end", "{\"abc", "a string without end", 1},
    {"a quote in single quotes", "['a']", "not a JSON value", 1},
    {"a line break in a string", "[\"a\nb\"]", "a control character in a string", 3},
    {"an escape of another language", "[\"a\\x41\"]", "an escape that JSON does not have", 3},
    {"an escape cut short", "[\"\\u12\"]", "an escape that JSON does not have", 2},
    {"an escape without hex digits", "[\"\\u12g4\"]", "an escape that JSON does not have", 2},
    {"half of a surrogate pair", "[\"\\ud83d\"]", "an escape that JSON does not have", 2},
    {"two first halves", "[\"\\ud83d\\ud83d\"]", "an escape that JSON does not have", 2},
    {"the second half alone", "[\"\\ude00\"]", "an escape that JSON does not have", 2},
    {"a byte that is not UTF-8", "[\"a\xFF\"]", "text that is not UTF-8", 3},
    {"a sequence cut short", "[\"\xE2\x82\"]", "text that is not UTF-8", 2},
    {"an overlong sequence", "[\"\xC0\x80\"]", "text that is not UTF-8", 2},
    {"a surrogate in UTF-8", "[\"\xED\xA0\x80\"]", "text that is not UTF-8", 2},
    {"a leading zero", "[01]", "a number that begins with 0", 1},
    {"a leading zero after a minus", "[-01]", "a number that begins with 0", 1},
    {"a minus alone", "[-]", "a number without a digit here", 2},
    {"a plus", "[+1]", "not a JSON value", 1},
    {"a point without digits after it", "[1.]", "a number without a digit here", 3},
    {"a point without digits before it", "[.5]", "not a JSON value", 1},
    {"an exponent without digits", "[1e+]", "a number without a digit here", 4},
    {"a hexadecimal number", "[0x10]", "expected a comma or ] here", 2},
    {"NaN", "[NaN]", "not a JSON value", 1},
    {"a word in capitals", "[True]", "not a JSON value", 1},
    {"a word that goes on", "[trueish]", "expected a comma or ] here", 5},
    {"a word cut short", "tru", "not a JSON value", 0},
    {"a comment", "[1] // one", "expected the end of the text", 4},
    {"another white space", "[1,\f2]", "not a JSON value", 3},
};

/* Scans a whole text. Returns the problem, NULL for none, and sets `at` to its offset. */
static const char *scan(const char *text, size_t length, size_t *at) {
  char *copy = copy_of(text, length, 0);
  struct json_span value;
  struct json_scan scan = json_scan_start(copy + 1, length);
  bool fine = json_scan_value(&scan, &value) && json_scan_end(&scan);
  bool agrees = json_scan_is_valid(copy + 1, length, JSON_DEPTH) == fine;
  *at = (size_t)(scan.at - scan.start);
  const char *problem = fine == (scan.problem == NULL) && agrees ? scan.problem : "in two minds";
  free(copy);
  return problem;
}

static void test_texts(void) {
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t at;
    const char *problem = scan(texts[i].text, strlen(texts[i].text), &at);
    bool fine = problem == NULL || texts[i].problem == NULL
                    ? problem == texts[i].problem
                    : strcmp(problem, texts[i].problem) == 0 && at == texts[i].at;
    if (!check(fine, texts[i].name))
      printf("#   %s at %zu\n", problem != NULL ? problem : "valid", at);
  }
  size_t at;
  check(scan("[\"a\0b\"]", 7, &at) != NULL && at == 3, "a NUL in a string");
  check(scan("[\0]", 3, &at) != NULL && at == 1, "a NUL between tokens");
  check(scan("[\"\\\0\"]", 6, &at) != NULL && at == 2, "a NUL in an escape");
}

static const char whole[] =
    " {\"a\":[1,-2.5e+3,\"x\\u00e9\\ud83d\\ude00\xE2\x82\xAC\",{\"b\":{}}],\"c\":true,\"d\":null}";

static void test_prefixes(void) {
  size_t length = sizeof whole - 1, at;
  bool fails = true, is_inside = true;
  for (size_t i = 0; i < length; i++) {
    fails = fails && scan(whole, i, &at) != NULL;
    is_inside = is_inside && at <= i;
  }
  check(scan(whole, length, &at) == NULL && at == length, "a whole text");
  check(fails, "no text that is cut short is valid");
  check(is_inside, "the problem is in the text");
}

static void test_broken_bytes(void) {
  bool is_inside = true;
  size_t at;
  for (size_t i = 0; i < sizeof whole - 1; i++) {
    char broken[sizeof whole];
    memcpy(broken, whole, sizeof whole);
    broken[i] = '\x01';
    is_inside = is_inside && scan(broken, sizeof whole - 1, &at) != NULL && at <= i;
  }
  check(is_inside, "a control character anywhere is a problem, there or where its token begins");
}

/* ------------------------------------------------------------------ agreement */

/* Parses a copy of the text. NULL for a text frees what that keeps. */
static enum json_failure parse(const char *text, size_t length) {
  static struct json_document *document;
  const char *reason;
  if (text == NULL) {
    json_free(document);
    document = NULL;
    return JSON_EMPTY;
  }
  if (document == NULL) document = json_new();
  char *copy = copy_of(text, length, JSON_PADDING);
  enum json_failure failure = json_parse(document, copy + 1, length, &reason);
  free(copy);
  return failure;
}

static bool is_any(const char *text, const char *const *among, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(text, among[i]) == 0) return true;
  return false;
}

/* The scanner takes numbers of any size, and the parser skips a byte order mark. */
static void test_agreement(void) {
  static const char *const other[] = {"123456789012345678901234567890", "1e400", "\xEF\xBB\xBF{}"};
  bool agree = true, differ = true;
  size_t at;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t length = strlen(texts[i].text);
    bool is_scanned = scan(texts[i].text, length, &at) == NULL;
    bool is_parsed = parse(texts[i].text, length) == JSON_FINE;
    if (is_any(texts[i].text, other, sizeof other / sizeof *other)) {
      differ = differ && is_scanned != is_parsed;
      continue;
    }
    if (is_scanned != is_parsed) printf("#   %s\n", texts[i].name);
    agree = agree && is_scanned == is_parsed;
  }
  check(agree, "the scanner and the parser accept the same texts");
  check(differ, "but for numbers beyond 64 bits or floats, and a byte order mark");
  agree = true;
  for (size_t i = 0; i < sizeof whole; i++)
    agree = agree && (scan(whole, i, &at) == NULL) == (parse(whole, i) == JSON_FINE);
  check(agree, "also of those that are cut short");
  parse(NULL, 0);
}

/* ------------------------------------------------------------------ depth */

/* Appends `depth` arrays in each other. */
static void put_nested(struct buffer *out, size_t depth) {
  for (size_t i = 0; i < depth; i++) buffer_putc(out, '[');
  for (size_t i = 0; i < depth; i++) buffer_putc(out, ']');
}

static void test_depth(void) {
  struct buffer text;
  size_t at;
  buffer_init(&text, (size_t)1 << 20);
  put_nested(&text, JSON_DEPTH);
  check(scan(text.bytes, text.length, &at) == NULL, "as deep as allowed");
  check(json_scan_is_valid(text.bytes, text.length, JSON_DEPTH) &&
            !json_scan_is_valid(text.bytes, text.length, JSON_DEPTH - 1),
        "a depth that the caller states");
  check(parse(text.bytes, text.length) == JSON_FINE, "and as deep as the parser takes it");
  parse(NULL, 0);
  buffer_clear(&text);
  put_nested(&text, JSON_DEPTH + 1);
  const char *problem = scan(text.bytes, text.length, &at);
  check(problem != NULL && strcmp(problem, "nested too deep") == 0 && at == JSON_DEPTH,
        "one deeper");
  check(json_scan_is_valid("1", 1, 0) && !json_scan_is_valid("[]", 2, 0),
        "a value without arrays has no depth");
  buffer_clear(&text);
  buffer_puts(&text, "[[]");
  for (size_t i = 0; i < JSON_DEPTH; i++) buffer_puts(&text, ",{}");
  buffer_putc(&text, ']');
  check(json_scan_is_valid(text.bytes, text.length, 2), "many beside each other are not deep");
  buffer_free(&text);
}

/* ------------------------------------------------------------------ parts */

static bool span_is(struct json_span span, const char *text) {
  return span.length == strlen(text) && memcmp(span.text, text, span.length) == 0;
}

static void test_members(void) {
  static const char text[] = " { \"a\" : [ 1 , 2 ] ,\"b\\n\":\"x\" } ";
  struct json_scan scan = json_scan_start(text, sizeof text - 1);
  struct json_span name, value;
  check(!json_scan_enter(&scan, '[') && scan.problem == NULL, "an object is no array");
  check(json_scan_enter(&scan, '{'), "enter an object");
  check(json_scan_member(&scan, &name) && span_is(name, "a"), "the first name");
  check(json_scan_value(&scan, &value) && span_is(value, "[ 1 , 2 ]"),
        "a value without the white space around it");
  check(json_scan_member(&scan, &name) && span_is(name, "b\\n"), "a name as it is escaped");
  check(json_scan_value(&scan, &value) && span_is(value, "\"x\""), "a string with its quotes");
  check(!json_scan_member(&scan, &name) && scan.problem == NULL, "the end of the object");
  check(json_scan_end(&scan), "the end of the text");
}

static void test_items(void) {
  static const char text[] = "[[],{}, 3 ]x";
  static const char *const items[] = {"[]", "{}", "3"};
  struct json_scan scan = json_scan_start(text, sizeof text - 1);
  struct json_span value;
  size_t count = 0;
  bool fine = json_scan_enter(&scan, '[');
  while (json_scan_item(&scan) && json_scan_value(&scan, &value))
    fine = fine && count < 3 && span_is(value, items[count++]);
  check(fine && count == 3 && scan.problem == NULL, "all items of an array");
  check(!json_scan_end(&scan) && scan.at == text + 11, "what follows it is a problem");
  check(!json_scan_value(&scan, &value) && !json_scan_item(&scan) && !json_scan_enter(&scan, 'x') &&
            !json_scan_end(&scan) && scan.at == text + 11,
        "nothing happens after the first problem");
}

static void test_problem_in_members(void) {
  static const char text[] = "{\"a\":[1,{\"b\":tru}]}";
  struct json_scan scan = json_scan_start(text, sizeof text - 1);
  struct json_span name, value;
  json_scan_enter(&scan, '{');
  check(json_scan_member(&scan, &name) && !json_scan_value(&scan, &value) &&
            scan.at == strstr(text, "tru"),
        "the place of a problem in a value");
}

/* ------------------------------------------------------------------ lines, white space */

static bool line_is(const char *text, size_t offset, size_t line, size_t column) {
  struct json_scan scan = json_scan_start(text, strlen(text));
  size_t found;
  return json_scan_line(&scan, text + offset, &found) == line && found == column;
}

static void test_lines(void) {
  check(line_is("{}", 0, 1, 1), "the first byte");
  check(line_is("  {}", 2, 1, 3), "white space before the text counts");
  check(line_is("{\n  \"a\": x", 9, 2, 8), "a second line");
  check(line_is("{\n", 2, 2, 1), "the end of the text");
  check(line_is("{\r\n\r\nx", 5, 3, 1), "lines that end with a carriage return");
  check(line_is("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\" x", 12, 1, 7), "columns are characters");
}

static void test_compact(void) {
  static const char *const pairs[][2] = {
      {" { \"a b\" : [ 1 ,\n2.50 ] , \"c\\\" \" : \" \\\\\" }",
       "{\"a b\":[1,2.50],\"c\\\" \":\" \\\\\"}"},
      {"[ ]", "[]"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"[ true , -1E+5 , null ]", "[true,-1E+5,null]"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    struct buffer out;
    struct json_span value;
    char *copy = copy_of(pairs[i][0], strlen(pairs[i][0]), 0);
    struct json_scan scan = json_scan_start(copy + 1, strlen(pairs[i][0]));
    buffer_init(&out, 1000);
    bool fine = json_scan_value(&scan, &value);
    json_scan_compact(&out, value);
    check(fine && span_is((struct json_span){out.bytes, out.length}, pairs[i][1]), pairs[i][1]);
    buffer_free(&out);
    free(copy);
  }
}

void json_scan_test(void) {
  test_texts();
  test_prefixes();
  test_broken_bytes();
  test_agreement();
  test_depth();
  test_members();
  test_items();
  test_problem_in_members();
  test_lines();
  test_compact();
}
