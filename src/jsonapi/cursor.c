/*
** cursor.c: writes and reads cursors.
*/
#include "jsonapi/cursor.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "http/url.h"

#define CURSOR_NUMBER 8 /* digits */
#define CURSOR_HEAD ((size_t)3 * CURSOR_NUMBER)

const char *cursor_path_of(const char *url) {
  const char *path = url_path(url);
  return *path == '/' ? path : "/";
}

/* ------------------------------------------------------------------- hashing */

static uint64_t hash_on(uint64_t hash, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) hash = hash_byte(hash, (unsigned char)text[i]);
  return hash;
}

static uint32_t folded(uint64_t hash) {
  return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t hash_text(const char *text, size_t length) {
  return folded(hash_on(HASH_START, text, length));
}

/* Returns whether a query parameter belongs to the family `page`. */
static bool is_of_page(const char *parameter, size_t length) {
  return length >= 4 && memcmp(parameter, "page", 4) == 0 &&
         (length == 4 || strchr("=[%", parameter[4]) != NULL);
}

static uint32_t hash_query(const char *query) {
  uint32_t sum = 0;
  while (*query != '\0') {
    const char *parameter = query + 1; /* after `?` or `&` */
    size_t length = strcspn(parameter, "&");
    if (length > 0 && !is_of_page(parameter, length)) sum += hash_text(parameter, length);
    query = parameter + length;
  }
  return sum;
}

struct cursor_list cursor_list_of(const char *url) {
  const char *path = cursor_path_of(url);
  return (struct cursor_list){.target = hash_text(path, strcspn(path, "?")),
                              .query = hash_query(url + strcspn(url, "?"))};
}

/* ------------------------------------------------------------------- reading */

/* Returns the hash number `position` (from 0) of a cursor. */
static uint32_t number_at(const char *text, size_t position) {
  char digits[CURSOR_NUMBER + 1] = "";
  memcpy(digits, text + position * CURSOR_NUMBER, CURSOR_NUMBER);
  return (uint32_t)strtoul(digits, NULL, 16);
}

static bool is_complete(const char *text) {
  size_t length = strlen(text);
  return length > CURSOR_HEAD && strspn(text, "0123456789abcdef") >= CURSOR_HEAD &&
         number_at(text, 2) == hash_text(text + CURSOR_HEAD, length - CURSOR_HEAD);
}

enum cursor_verdict cursor_read(const char *text, struct cursor_list list, struct cursor *cursor) {
  if (!is_complete(text)) return CURSOR_INVALID;
  struct cursor_list stated = {.target = number_at(text, 0), .query = number_at(text, 1)};
  if (stated.target != list.target) return CURSOR_OTHER_TARGET;
  if (list.query != 0 && stated.query != list.query) return CURSOR_OTHER_QUERY;
  char *end = NULL;
  unsigned long long position = strtoull(text + CURSOR_HEAD, &end, 10);
  if (*end != ':' || position > INT32_MAX) return CURSOR_NO_PAGE;
  *cursor = (struct cursor){.list = stated, .position = (int64_t)position, .path = end + 1};
  return CURSOR_VALID;
}

/* ------------------------------------------------------------------- writing */

void cursor_write_start(const struct cursor *cursor, char start[CURSOR_START_SIZE]) {
  char position[CURSOR_START_SIZE - CURSOR_HEAD];
  int length = snprintf(position, sizeof position, "%" PRId64 ":", cursor->position);
  uint64_t hash = hash_on(HASH_START, position, (size_t)length);
  hash = hash_on(hash, cursor->path, strlen(cursor->path));
  snprintf(start, CURSOR_START_SIZE, "%08" PRIx32 "%08" PRIx32 "%08" PRIx32 "%s",
           cursor->list.target, cursor->list.query, folded(hash), position);
}
