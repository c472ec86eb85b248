/*
** cursor_test.c: cursor.h. The expected texts must not change, because scripts store cursors.
*/
#include "jsonapi/cursor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define BASE "https://api.test/v1"

static char detail[512];

static const char *describe(const char *what, const char *text, int64_t number) {
  snprintf(detail, sizeof detail, "%s: %.300s %" PRId64, what, text, number);
  return detail;
}

/* Writes the cursor at `position` of the page at `url` in the list that starts at `start`. */
static void write_cursor(const char *start, const char *url, int64_t position, char text[512]) {
  char head[CURSOR_START_SIZE];
  struct cursor cursor = {
      .list = cursor_list_of(start), .position = position, .path = cursor_path_of(url)};
  cursor_write_start(&cursor, head);
  snprintf(text, 512, "%s%s", head, cursor.path);
}

/* ------------------------------------------------------------------- writing */

static const struct {
  const char *start, *url;
  int64_t position;
  const char *text;
} written[] = {
    {BASE "/things", BASE "/things", 0, "a76f8e9200000000317941c20:/v1/things"},
    {BASE "/things?filter%5Ba%5D=1&sort=-b", BASE "/things?filter%5Ba%5D=1&sort=-b", 0,
     "a76f8e922e241acfd26c3a5e0:/v1/things?filter%5Ba%5D=1&sort=-b"},
    {BASE "/things?filter%5Ba%5D=1&page%5Bsize%5D=5&sort=-b",
     BASE "/things?filter%5Ba%5D=1&page%5Bsize%5D=5&sort=-b", 0,
     "a76f8e922e241acf386873f80:/v1/things?filter%5Ba%5D=1&page%5Bsize%5D=5&sort=-b"},
    {BASE "/things?page=3&page_size=7&pages=4", BASE "/things?page=3&page_size=7&pages=4", 0,
     "a76f8e926ae1f16f7f4498e60:/v1/things?page=3&page_size=7&pages=4"},
    {"https://api.test/", "https://api.test/", 0, "29622bb200000000531f34180:/"},
    {"https://api.test", "https://api.test", 0, "29622bb200000000531f34180:/"},
    {"http://127.0.0.1:26879/v1/api/contracts?filter%5Bstatus%5D=1&page%5Bsize%5D=10",
     "http://127.0.0.1:26879/v1/api/contracts?filter%5Bstatus%5D=1&page%5Bsize%5D=10", 10,
     "0b382c45378c51e0cf84f25c10:/v1/api/contracts?filter%5Bstatus%5D=1&page%5Bsize%5D=10"},
    {"http://127.0.0.1:26879/v1/api/contracts?filter%5Bstatus%5D=1&page%5Bsize%5D=10",
     "http://127.0.0.1:26879/v1/api/"
     "contracts?filter%5Bstatus%5D=1&page%5Bsize%5D=10&page%5Bnumber%5D=40",
     9,
     "0b382c45378c51e069905d9f9:/v1/api/"
     "contracts?filter%5Bstatus%5D=1&page%5Bsize%5D=10&page%5Bnumber%5D=40"},
};

static void test_written(void) {
  for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
    char text[512];
    write_cursor(written[i].start, written[i].url, written[i].position, text);
    check(strcmp(text, written[i].text) == 0, describe("writes", text, written[i].position));
    struct cursor cursor;
    check(cursor_read(text, cursor_list_of(written[i].start), &cursor) == CURSOR_VALID &&
              cursor.position == written[i].position &&
              strcmp(cursor.path, cursor_path_of(written[i].url)) == 0,
          describe("reads", text, written[i].position));
  }
}

/* ------------------------------------------------------------------- reading */

/* A cut or changed text is invalid. */
static void test_damaged(void) {
  const char *start = BASE "/things?filter%5Ba%5D=1";
  struct cursor_list list = cursor_list_of(start);
  struct cursor cursor;
  char text[512], damaged[600];
  write_cursor(start, start, 12, text);
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i++) {
    snprintf(damaged, sizeof damaged, "%.*s", (int)i, text);
    check(cursor_read(damaged, list, &cursor) != CURSOR_VALID, describe("cut", damaged, 0));
    snprintf(damaged, sizeof damaged, "%.*s%s", (int)i, text, text + i + 1);
    check(cursor_read(damaged, list, &cursor) != CURSOR_VALID, describe("shorter", damaged, 0));
    strcpy(damaged, text);
    damaged[i] = damaged[i] == '0' ? '1' : '0';
    check(cursor_read(damaged, list, &cursor) != CURSOR_VALID, describe("changed", damaged, 0));
    damaged[i] = '~';
    check(cursor_read(damaged, list, &cursor) == CURSOR_INVALID, describe("changed", damaged, 0));
  }
  static const char *const others[] = {"", "x", ":", "0123456789abcdef01234567", "A76F8E92"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check(cursor_read(others[i], list, &cursor) == CURSOR_INVALID, describe("no", others[i], 0));
  snprintf(damaged, sizeof damaged, "%s&b=2", text);
  check(cursor_read(damaged, list, &cursor) == CURSOR_INVALID, describe("longer", damaged, 0));
}

static void test_other_lists(void) {
  struct cursor cursor;
  char text[512];
  write_cursor(BASE "/things?filter%5Ba%5D=1&sort=b", BASE "/things?page=2", 3, text);
  static const struct {
    const char *start;
    enum cursor_verdict verdict;
  } lists[] = {
      {BASE "/things?filter%5Ba%5D=1&sort=b", CURSOR_VALID},
      {BASE "/things?sort=b&filter%5Ba%5D=1", CURSOR_VALID},
      {BASE "/things?sort=b&page%5Bsize%5D=9&filter%5Ba%5D=1&page=2", CURSOR_VALID},
      {BASE "/things?sort=b&page[size]=9&&page&filter%5Ba%5D=1&", CURSOR_VALID},
      {"http://other.test:81/v1/things?sort=b&filter%5Ba%5D=1", CURSOR_VALID},
      {BASE "/things", CURSOR_VALID},
      {BASE "/things?", CURSOR_VALID},
      {BASE "/things?page%5Bsize%5D=9", CURSOR_VALID},
      {BASE "/things?filter%5Ba%5D=2&sort=b", CURSOR_OTHER_QUERY},
      {BASE "/things?filter%5Ba%5D=1", CURSOR_OTHER_QUERY},
      {BASE "/things?filter%5Ba%5D=1&sort=b&pages=1", CURSOR_OTHER_QUERY},
      {BASE "/things?filter%5Ba%5D=1&sort=b&page_size=1", CURSOR_OTHER_QUERY},
      {BASE "/things?filter%5Ba%5D=1&sort=b&pag=1", CURSOR_OTHER_QUERY},
      {BASE "/things/1?filter%5Ba%5D=1&sort=b", CURSOR_OTHER_TARGET},
      {"https://api.test/things?filter%5Ba%5D=1&sort=b", CURSOR_OTHER_TARGET},
      {BASE "/people", CURSOR_OTHER_TARGET},
      {"https://api.test", CURSOR_OTHER_TARGET},
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    check(cursor_read(text, cursor_list_of(lists[i].start), &cursor) == lists[i].verdict,
          describe("in the list", lists[i].start, (int64_t)lists[i].verdict));
}

/* A cursor that continues a list without a query keeps its own. */
static void test_query_kept(void) {
  struct cursor_list with = cursor_list_of(BASE "/things?sort=b");
  struct cursor_list without = cursor_list_of(BASE "/things");
  struct cursor cursor;
  char text[512];
  write_cursor(BASE "/things?sort=b", BASE "/things?sort=b", 1, text);
  check(cursor_read(text, without, &cursor) == CURSOR_VALID && without.query == 0 &&
            cursor.list.query == with.query && cursor.list.target == with.target,
        "a list without a query takes the one of the cursor");
}

static void test_positions(void) {
  static const struct {
    int64_t position;
    enum cursor_verdict verdict;
  } positions[] = {
      {0, CURSOR_VALID},           {1, CURSOR_VALID},
      {INT32_MAX, CURSOR_VALID},   {(int64_t)INT32_MAX + 1, CURSOR_NO_PAGE},
      {INT64_MAX, CURSOR_NO_PAGE}, {-1, CURSOR_NO_PAGE},
      {INT64_MIN, CURSOR_NO_PAGE},
  };
  struct cursor cursor;
  char text[512];
  for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
    write_cursor(BASE "/things", BASE "/things", positions[i].position, text);
    check(cursor_read(text, cursor_list_of(BASE "/things"), &cursor) == positions[i].verdict &&
              (positions[i].verdict != CURSOR_VALID || cursor.position == positions[i].position),
          describe("position", text, positions[i].position));
  }
}

static void test_path_of(void) {
  static const char *const paths[][2] = {{"https://api.test/a/b?c#d", "/a/b?c#d"},
                                         {"https://api.test/", "/"},
                                         {"https://api.test", "/"},
                                         {"https://[::1]:80/a", "/a"}};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    check(strcmp(cursor_path_of(paths[i][0]), paths[i][1]) == 0,
          describe("path of", paths[i][0], 0));
}

void cursor_test(void) {
  test_written();
  test_damaged();
  test_other_lists();
  test_query_kept();
  test_positions();
  test_path_of();
}
