/*
** json_test.c: json.h and json_bigint.h, which explains what json.h refuses.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "json/json.h"
#include "json/json_bigint.h"
#include "json/json_value.h"

/*
** A copy of the text with exactly the promised padding, so that a memory checker finds overreads.
*/
static char *padded(const char *text, size_t length) {
  char *copy = malloc(length + JSON_PADDING);
  if (copy == NULL) abort();
  memcpy(copy, text, length);
  memset(copy + length, '7', JSON_PADDING);
  return copy;
}

static struct json_document *parsed(const char *text) {
  struct json_document *document = json_new();
  char *copy = padded(text, strlen(text));
  const char *reason;
  json_parse(document, copy, strlen(text), &reason);
  free(copy);
  return document;
}

static bool is_text(struct json_value value, const char *text) {
  struct json_content content = json_content(value);
  return content.type == JSON_STRING && content.length == strlen(text) &&
         memcmp(content.as.string, text, content.length) == 0;
}

static const struct {
  const char *name, *text;
  enum json_failure failure;
} texts[] = {
    {"an object", "{}", JSON_FINE},
    {"a number alone", "12", JSON_FINE},
    {"a byte order mark is skipped", "\xEF\xBB\xBF{}", JSON_FINE},
    {"no text", "", JSON_EMPTY},
    {"white space", " \n", JSON_EMPTY},
    {"a byte order mark alone", "\xEF\xBB\xBF", JSON_EMPTY},
    {"truncated", "{\"data\":[", JSON_INVALID},
    {"truncated in a string", "{\"data\":\"x", JSON_INVALID},
    {"two documents", "{} {}", JSON_INVALID},
    {"a page of HTML", "<html></html>", JSON_INVALID},
    {"not UTF-8", "\"\xC3\x28\"", JSON_INVALID},
    {"half a surrogate pair", "\"\\ud800\"", JSON_INVALID},
    {"a leading zero", "[01]", JSON_INVALID},
    {"a point without digits", "[1.]", JSON_INVALID},
    {"an integer beyond 64 bits", "[123456789012345678901234567890]", JSON_INVALID},
};

static void test_texts(void) {
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct json_document *document = json_new();
    size_t length = strlen(texts[i].text);
    char *copy = padded(texts[i].text, length);
    const char *reason = NULL;
    enum json_failure failure = json_parse(document, copy, length, &reason);
    bool reported = reason != NULL && (*reason == '\0') == (failure == JSON_FINE);
    check(failure == texts[i].failure && reported &&
              json_exists(json_root(document)) == (failure == JSON_FINE),
          texts[i].name);
    free(copy);
    json_free(document);
  }
}

static enum json_failure parse_nested(struct json_document *document, size_t depth) {
  char *text = malloc(2 * depth + JSON_PADDING);
  if (text == NULL) abort();
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  const char *reason;
  enum json_failure failure = json_parse(document, text, 2 * depth, &reason);
  free(text);
  return failure;
}

static void test_documents(void) {
  struct json_document *document = json_new();
  check(!json_exists(json_root(document)), "a document without text has no root");
  check(parse_nested(document, JSON_DEPTH) == JSON_FINE, "as deep as allowed");
  check(parse_nested(document, JSON_DEPTH + 1) == JSON_TOO_DEEP, "one deeper");
  check(!json_exists(json_root(document)), "a failure removes the previous document");
  check(parse_nested(document, 3) == JSON_FINE && json_type(json_root(document)) == JSON_ARRAY,
        "a document can be reused");
  json_free(document);
  json_free(NULL);
}

static void test_values(void) {
  struct json_document *document = parsed(
      "[null,true,false,-1,18446744073709551615,9007199254740993,0.1,\"a\\u0000b\","
      "[],[1,[2],3],{\"a\":1},\"\",-9223372036854775808,1e-400]");
  struct json_value value;
  struct json_iterator items = json_iterate(json_root(document));
  struct json_content contents[14];
  size_t count = 0;
  while (count < 14 && json_next_item(&items, &value)) contents[count++] = json_content(value);
  check(count == 14 && !json_next_item(&items, &value), "iteration visits each item once");
  check(contents[0].type == JSON_NULL && contents[1].type == JSON_TRUE &&
            contents[2].type == JSON_FALSE,
        "null, true, false");
  check(contents[3].type == JSON_INTEGER && contents[3].as.integer == -1, "a negative integer");
  check(contents[4].type == JSON_UNSIGNED && contents[4].as.unsigned_integer == UINT64_MAX,
        "the largest integer");
  check(contents[5].type == JSON_INTEGER && contents[5].as.integer == 9007199254740993,
        "an integer beyond 2^53");
  check(contents[6].type == JSON_FLOAT && contents[6].as.number == 0.1, "a float");
  check(contents[7].type == JSON_STRING && contents[7].length == 3 &&
            memcmp(contents[7].as.string, "a\0b", 3) == 0,
        "a NUL in a string");
  check(contents[8].type == JSON_ARRAY && contents[8].length == 0, "an empty array");
  check(contents[9].type == JSON_ARRAY && contents[9].length == 3, "nested items are not counted");
  check(contents[10].type == JSON_OBJECT && contents[10].length == 1, "an object");
  check(contents[11].type == JSON_STRING && contents[11].length == 0, "an empty string");
  check(contents[12].type == JSON_INTEGER && contents[12].as.integer == INT64_MIN,
        "the smallest integer");
  check(contents[13].type == JSON_FLOAT && contents[13].as.number == 0,
        "a float that underflows is zero");
  json_free(document);
}

static void test_members(void) {
  struct json_document *document = parsed(
      "{\"a\":{\"b\":[1,2]},\"\":3,\"twice\":1,\"twice\":2,\"n\\u0000\":\"4\",\"x\":\"text\"}");
  struct json_value root = json_root(document);
  check(json_count(json_member(json_member(root, "a"), "b")) == 2, "members of members");
  check(json_whole(json_member(root, "")) == 3, "an empty name");
  check(json_whole(json_member(root, "twice")) == 2, "the last of duplicates counts");
  check(json_whole(json_member_n(root, "n\0", 2)) == 4, "a name with NUL");
  check(!json_exists(json_member(root, "n")) && !json_exists(json_member(root, "missing")),
        "no such member");
  check(!json_exists(json_member(json_member(root, "x"), "a")), "members of a string");
  check(!json_exists(json_member(json_member(root, "missing"), "a")), "members of nothing");
  check(is_text(json_member(root, "x"), "text") && !is_text(json_member(root, "n"), ""),
        "a text is compared completely");
  check(json_type(json_member(root, "missing")) == JSON_ABSENT, "the type of nothing");
  check(json_count(root) == 6 && json_count(json_member(root, "x")) == 0, "counts");
  struct json_iterator members = json_iterate(json_member(root, "a"));
  const char *name;
  size_t length;
  struct json_value value;
  check(json_next_member(&members, &name, &length, &value) && length == 1 && *name == 'b' &&
            json_type(value) == JSON_ARRAY && !json_next_member(&members, &name, &length, &value),
        "iteration over members");
  members = json_iterate(json_member(root, "x"));
  check(!json_next_member(&members, &name, &length, &value), "iteration over a string is empty");
  json_free(document);
}

static const struct {
  const char *text;
  int64_t whole;
} wholes[] = {{"7", 7},
              {"0", 0},
              {"-1", -1},
              {"7.0", 7},
              {"7.5", -1},
              {"1e3", 1000},
              {"\"42\"", 42},
              {"\"\"", -1},
              {"\"-4\"", -1},
              {"\"4x\"", -1},
              {"null", -1},
              {"[1]", -1},
              {"1e300", -1},
              {"18446744073709551615", -1},
              {"999999999999999999", 999999999999999999},
              {"1000000000000000000", -1},
              {"9223372036854775807", -1},
              {"\"99999999999999999999\"", -1}};

static void test_wholes(void) {
  for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
    struct json_document *document = parsed(wholes[i].text);
    char name[64];
    snprintf(name, sizeof name, "whole number of %s", wholes[i].text);
    check(json_whole(json_root(document)) == wholes[i].whole, name);
    json_free(document);
  }
}

static void test_huge_array(void) {
  size_t count = 0x1000001; /* more than the tape's counter can hold */
  char *text = malloc(2 * count + 1 + JSON_PADDING);
  if (text == NULL) abort();
  for (size_t i = 0; i < count; i++) memcpy(text + 2 * i, ",1", 2);
  text[0] = '[';
  text[2 * count] = ']';
  const char *reason;
  struct json_document *document = json_new();
  check(json_parse(document, text, 2 * count + 1, &reason) == JSON_FINE, "an array of 2^24 items");
  check(json_count(json_root(document)) == count, "the count is exact");
  json_free(document);
  free(text);
}

#define DIGITS_100                                                                                 \
  "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234" \
  "567890"

static const struct {
  const char *name, *text;
  enum json_failure failure;
  const char *complaint; /* NULL: any */
  double second;         /* the second item of a parsed array */
} numbers[] = {
    {"no large number", "[0,1]", JSON_FINE, "", 1},
    {"30 digits", "[0,123456789012345678901234567890]", JSON_FINE, "",
     123456789012345678901234567890.0},
    {"one above the largest integer", "[0,18446744073709551616]", JSON_FINE, "",
     18446744073709551616.0},
    {"one below the smallest integer", "[0,-9223372036854775809]", JSON_FINE, "",
     -9223372036854775808.0},
    {"the largest integer is unchanged", "[18446744073709551616,18446744073709551615]", JSON_FINE,
     "", 18446744073709551615.0},
    {"digits in a string are unchanged",
     "[\"123456789012345678901234567890\\\"\",123456789012345678901234567890]", JSON_FINE, "",
     123456789012345678901234567890.0},
    {"alone", "123456789012345678901234567890", JSON_FINE, "", NAN},
    {"with a byte order mark", "\xEF\xBB\xBF[0,123456789012345678901234567890]", JSON_FINE, "",
     123456789012345678901234567890.0},
    {"an exponent beyond floats",
     "{\"data\":[{},{},{},{\"id\":\"1\",\"attributes\":{\"title\":\"x\",\"price\":1e400}}]}",
     JSON_BIG_NUMBER, "data[3].attributes.price: 1e400 is beyond the range of a float", 0},
    {"digits beyond floats",
     "{\"a\":[1,{\"b\":[]}],\"c\":[2,-" DIGITS_100 DIGITS_100 DIGITS_100 DIGITS_100 "]}",
     JSON_BIG_NUMBER, "c[1]: -123456789012345...34567890 is beyond the range of a float", 0},
    {"beyond floats and alone", "1E+400", JSON_BIG_NUMBER, "1E+400 is beyond the range of a float",
     0},
    {"beyond floats after a name with a quote", "{\"a\\\"b,{\":{\"c\":\"d\"},\"e\":1e999}",
     JSON_BIG_NUMBER, "e: 1e999 is beyond the range of a float", 0},
    {"malformed", "[123456789012345678901234567890.]", JSON_INVALID, NULL, 0},
    {"malformed with a large number", "[01,123456789012345678901234567890]", JSON_INVALID, NULL, 0},
    {"a large number in a truncated text", "[0,123456789012345678901234567890", JSON_INVALID, NULL,
     0},
    {"closed more often than opened", "]}]},1e400", JSON_BIG_NUMBER,
     "1e400 is beyond the range of a float", 0},
    {"truncated in a string", "[0,\"123456789012345678901234567890\\", JSON_INVALID, NULL, 0},
    {"empty", "", JSON_EMPTY, "empty", 0},
    {"half of a surrogate pair", "{\"data\":[{},{\"a\":\"cut \\ud83d\"}]}", JSON_INVALID,
     "data[1].a: half of a surrogate pair in a string (byte 22)", 0},
    {"the second half alone", "[\"\\udc00\"]", JSON_INVALID,
     "[0]: half of a surrogate pair in a string (byte 2)", 0},
    {"two first halves", "[1,\"\\ud83d\\ud83d\"]", JSON_INVALID,
     "[1]: half of a surrogate pair in a string (byte 4)", 0},
    {"half of a pair in a name", "{\"a\":1,\"\\ud83d\":2}", JSON_INVALID,
     "half of a surrogate pair in a string (byte 8)", 0},
    {"a whole pair before the fault", "[\"\\ud83d\\ude00\",\"\\x\"]", JSON_INVALID,
     "[1]: a malformed escape in a string (byte 17)", 0},
    {"an escape cut short", "[\"\\u12\"]", JSON_INVALID,
     "[0]: a malformed escape in a string (byte 2)", 0},
    {"a control character", "[\"a\nb\"]", JSON_INVALID,
     "[0]: a control character in a string (byte 3)", 0},
    {"bytes that are not UTF-8", "{\"a\":\"\xC3\xA9\xFF\"}", JSON_INVALID,
     "a: not valid UTF-8 (byte 8)", 0},
    {"NaN", "{\"data\":[{\"a\":1},{\"a\":NaN}]}", JSON_INVALID,
     "data[1].a: NaN is not a JSON value (byte 22)", 0},
    {"-Infinity", "\xEF\xBB\xBF[-Infinity]", JSON_INVALID,
     "[0]: -Infinity is not a JSON value (byte 4)", 0},
    {"a long word", "[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]", JSON_INVALID,
     "[0]: aaaaaaaaaaaaaaaa...aaaaaaaa is not a JSON value (byte 1)", 0},
    {"a large number before a fault", "[123456789012345678901234567890,NaN]", JSON_INVALID,
     "[1]: NaN is not a JSON value (byte 32)", 0},
    {"HTML", "<html>NaN</html>", JSON_INVALID, "not JSON, or cut short", 0},
    {"cut short in a word", "[tru", JSON_INVALID, NULL, 0},
};

static double second_of(struct json_value root) {
  struct json_iterator items = json_iterate(root);
  struct json_value value;
  if (!json_next_item(&items, &value) || !json_next_item(&items, &value)) return NAN;
  struct json_content content = json_content(value);
  if (content.type == JSON_UNSIGNED) return (double)content.as.unsigned_integer;
  return content.type == JSON_INTEGER ? (double)content.as.integer : content.as.number;
}

static void test_numbers(void) {
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    size_t length = strlen(numbers[i].text);
    char *copy = padded(numbers[i].text, length);
    struct json_document *document = json_new();
    struct buffer complaint;
    buffer_init(&complaint, 1000);
    enum json_failure failure = json_bigint_parse(document, copy, length, true, &complaint);
    const char *message = buffer_text(&complaint);
    double second = second_of(json_root(document));
    bool fine = failure == numbers[i].failure;
    if (numbers[i].complaint != NULL)
      fine = fine && strcmp(message, numbers[i].complaint) == 0;
    else
      fine = fine && *message != '\0';
    if (failure == JSON_FINE && !isnan(numbers[i].second))
      fine = fine && second == numbers[i].second;
    if (!check(fine, numbers[i].name)) printf("#   %d: %s (%.17g)\n", failure, message, second);
    buffer_free(&complaint);
    json_free(document);
    free(copy);
  }
}

#define BIG_ID "\"id\":123456789012345678901234567890"
#define BIG_TEXT "123456789012345678901234567890"

/*
** Whether the value with this path of names (an item if empty) in the text is a string of digits.
*/
static bool keeps_digits(const char *text, const char *const *names, bool keep_ids) {
  size_t length = strlen(text);
  char *copy = padded(text, length);
  struct json_document *document = json_new();
  struct buffer complaint;
  buffer_init(&complaint, 1000);
  bool fine = json_bigint_parse(document, copy, length, keep_ids, &complaint) == JSON_FINE;
  struct json_value value = json_root(document);
  for (; *names != NULL; names++) {
    struct json_iterator items = json_iterate(value);
    if (**names != '\0')
      value = json_member(value, *names);
    else
      json_next_item(&items, &value);
  }
  bool digits = is_text(value, BIG_TEXT);
  if (!check(fine && (digits || json_type(value) == JSON_FLOAT), text))
    printf("#   %s\n", buffer_text(&complaint));
  buffer_free(&complaint);
  json_free(document);
  free(copy);
  return digits;
}

static void test_ids(void) {
  static const struct {
    const char *text, *names[8];
    bool is_id;
  } ids[] = {
      {"{\"data\":{" BIG_ID "}}", {"data", "id"}, true},
      {"{\"data\":[{\"type\":\"t\"," BIG_ID "}]}", {"data", "", "id"}, true},
      {"{\"included\":[{" BIG_ID "}]}", {"included", "", "id"}, true},
      {"{\"data\":{\"relationships\":{\"a\":{\"data\":{" BIG_ID "}}}}}",
       {"data", "relationships", "a", "data", "id"},
       true},
      {"{\"data\":[{\"relationships\":{\"a\":{\"data\":[{" BIG_ID "}]}}}]}",
       {"data", "", "relationships", "a", "data", "", "id"},
       true},
      {"{\"atomic:results\":[{\"data\":{" BIG_ID "}}]}",
       {"atomic:results", "", "data", "id"},
       true},
      {"{\"data\":{\"attributes\":{" BIG_ID "}}}", {"data", "attributes", "id"}, false},
      {"{\"data\":{\"attributes\":{\"data\":{" BIG_ID "}}}}",
       {"data", "attributes", "data", "id"},
       false},
      {"{\"data\":{\"meta\":{" BIG_ID "}}}", {"data", "meta", "id"}, false},
      {"{\"meta\":{" BIG_ID "}}", {"meta", "id"}, false},
      {"{" BIG_ID "}", {"id"}, false},
      {"{\"data\":[[{" BIG_ID "}]]}", {"data", "", "", "id"}, false},
      {"{\"data\":{\"id\":[" BIG_TEXT "]}}", {"data", "id", ""}, false},
      {"{\"data\":{\"lid\":" BIG_TEXT "}}", {"data", "lid"}, false},
  };
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    check(keeps_digits(ids[i].text, ids[i].names, true) == ids[i].is_id, "only ids keep digits");
    check(!keeps_digits(ids[i].text, ids[i].names, false), "ids keep no digits unless asked");
  }
}

static size_t packed_size(const char *text) {
  struct json_document *document = parsed(text);
  size_t size = json_packed_size(document);
  json_free(document);
  return size;
}

/*
** Whether the text, packed into a block of just the size stated, still has "last" as its
** item number `place`.
*/
static bool packs(const char *text, int place) {
  struct json_document *document = parsed(text);
  size_t size = json_packed_size(document);
  void *block = malloc(size);
  if (block == NULL) abort();
  struct json_iterator items = json_iterate(json_pack(document, block, size));
  json_free(document);
  struct json_value item = {NULL, 0};
  for (int i = 0; i < place; i++) json_next_item(&items, &item);
  bool same = is_text(item, "last");
  free(block);
  return same;
}

/*
** The raw bits of these begin with the byte of simdjson's tag for a string, an int64_t, a double
** and a uint64_t.
*/
#define LIKE_STRING "2449958197289549824"
#define LIKE_INTEGER "7782220156096217088"
#define LIKE_FLOAT "7205759403792793600"
#define LIKE_UNSIGNED "8430738502437568512"

static void test_packing(void) {
  const size_t word = 8;
  check(packs("[\"last\"]", 1), "a document that ends with a string is packed completely");
  check(packs("[\"last\"," LIKE_STRING "]", 1), "a document that ends with a number like a string");
  check(packs("[\"last\"," LIKE_INTEGER "," LIKE_STRING "]", 1),
        "with numbers like a number and a string");
  check(packs("[" LIKE_INTEGER "," LIKE_FLOAT "," LIKE_UNSIGNED ",\"last\"]", 4),
        "a string after numbers like numbers");
  check(packs("[" LIKE_STRING ",0.5," LIKE_UNSIGNED ",\"last\",0.5," LIKE_FLOAT "," LIKE_STRING "]",
              4),
        "a string between such numbers");
  check(packed_size("[" LIKE_STRING "]") == packed_size("[1]"),
        "a number like a string takes no more space than another");
  check(packed_size("[[\"last\"]," LIKE_INTEGER "," LIKE_STRING "]") - packed_size("[\"last\"]") ==
            6 * word,
        "only a string far from the end takes space");
}

void json_test(void) {
  test_texts();
  test_documents();
  test_values();
  test_members();
  test_wholes();
  if (check_is_full()) test_huge_array();
  test_numbers();
  test_ids();
  test_packing();
}
