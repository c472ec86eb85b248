/*
** recorded_request.c: compares requests.
*/
#include "cassette/recorded_request.h"

#include <string.h>

#include "base/excerpt.h"
#include "base/hash.h"
#include "base/text.h"
#include "json/json_text.h"

#define WEIGHT_METHOD 1000
#define WEIGHT_PATH 1000
#define WEIGHT_PARAMETER 10

/* Members of a request whose values are compared, in the order of messages. */
static const char *const members[] = {"method", "path", "query", "body", "text", "base64"};

#define MEMBERS (sizeof members / sizeof *members)

/* A comparison that notes the first difference. */
struct comparison {
  const struct buffer *ignored;
  struct buffer *first; /* NULL: not noted */
  struct buffer path;   /* to the values that are compared */
};

static bool is_ignored(const struct buffer *ignored, const char *name, size_t length) {
  for (size_t at = 0; at < ignored->length; at += strlen(ignored->bytes + at) + 1)
    if (text_is(name, length, ignored->bytes + at)) return true;
  return false;
}

/* Whether a recorded value stands for any value. */
static bool is_any(struct json_value recorded) {
  struct json_content content = json_content(recorded);
  return content.type == JSON_STRING &&
         (text_is(content.as.string, content.length, RECORDED_TOKEN) ||
          text_is(content.as.string, content.length, RECORDED_REMOVED));
}

/* ------------------------------------------------------------------ the form */

/* Whether it is the value of a parameter: a text, null, or an array of them. */
static bool is_parameter(struct json_value value) {
  struct json_value item;
  enum json_type type = json_type(value);
  if (type != JSON_ARRAY) return type == JSON_STRING || type == JSON_NULL;
  for (struct json_iterator items = json_iterate(value); json_next_item(&items, &item);)
    if (json_type(item) != JSON_STRING && json_type(item) != JSON_NULL) return false;
  return true;
}

static bool is_query(struct json_value value) {
  struct json_value parameter;
  const char *name;
  size_t length;
  struct json_iterator iterator = json_iterate(value);
  if (json_type(value) != JSON_OBJECT) return false;
  while (json_next_member(&iterator, &name, &length, &parameter))
    if (!is_parameter(parameter)) return false;
  return true;
}

/* Whether the member is missing or a text. */
static bool may_be_text(struct json_value request, const char *name) {
  struct json_value value = json_member(request, name);
  return !json_exists(value) || json_type(value) == JSON_STRING;
}

/* Whether a path has a query. */
static bool has_query(struct json_content path) {
  return memchr(path.as.string, '?', path.length) != NULL;
}

const char *recorded_request_problem(struct json_value request) {
  struct json_value query = json_member(request, "query");
  if (json_type(request) != JSON_OBJECT) return "request: expected an object";
  if (json_type(json_member(request, "method")) != JSON_STRING)
    return "request.method: expected a text, such as \"GET\"";
  if (json_type(json_member(request, "path")) != JSON_STRING)
    return "request.path: expected a text, such as \"contracts\"";
  if (has_query(json_content(json_member(request, "path"))))
    return "request.path: expected a path without a query; parameters are in request.query";
  if (json_exists(query) && !is_query(query))
    return "request.query: expected an object of texts (an array of them for several values)";
  if (!may_be_text(request, "text")) return "request.text: expected a text";
  if (!may_be_text(request, "base64")) return "request.base64: expected a text";
  if (json_exists(json_member(request, "body")) + json_exists(json_member(request, "text")) +
          json_exists(json_member(request, "base64")) >
      1)
    return "request: expected one of body, text and base64";
  return NULL;
}

static uint64_t hash_text(uint64_t hash, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) hash = hash_byte(hash, (unsigned char)text[i]);
  return hash_byte(hash, 0);
}

static uint64_t hash_member(uint64_t hash, struct json_value request, const char *name) {
  struct json_content content = json_content(json_member(request, name));
  return content.type == JSON_STRING ? hash_text(hash, content.as.string, content.length) : hash;
}

/* Whether a member that an iteration found is the one that counts: the last of its name. */
static bool counts(struct json_value object, const char *name, size_t length,
                   struct json_value value) {
  return json_member_n(object, name, length).index == value.index;
}

uint64_t recorded_request_hash(struct json_value request, const struct buffer *ignored) {
  if (is_any(json_member(request, "method")) || is_any(json_member(request, "path")))
    return RECORDED_REQUEST_ANY;
  uint64_t hash = hash_member(hash_member(HASH_START, request, "method"), request, "path");
  struct json_value value, query = json_member(request, "query");
  const char *name;
  size_t length;
  for (struct json_iterator i = json_iterate(query); json_next_member(&i, &name, &length, &value);)
    if (!is_ignored(ignored, name, length) && counts(query, name, length, value))
      hash += hash_text(HASH_START, name, length);
  return hash != RECORDED_REQUEST_ANY ? hash : 1;
}

/* ------------------------------------------------------------------ values */

static size_t differences(struct comparison *comparison, struct json_value recorded,
                          struct json_value sent);

/* Appends a value for a message. */
static void describe_value(struct buffer *out, struct json_value value) {
  if (!json_exists(value)) {
    buffer_puts(out, "missing");
    return;
  }
  struct buffer text;
  buffer_init(&text, (size_t)-1 / 4);
  json_text_append(&text, value);
  if (text.failed == BUFFER_FINE)
    excerpt_append(out, text.bytes, text.length, 60);
  else
    out->failed = BUFFER_NO_MEMORY;
  buffer_free(&text);
}

/* Notes that the values at the path differ, if it is the first difference. Returns 1. */
static size_t note(struct comparison *comparison, struct json_value recorded,
                   struct json_value sent) {
  struct buffer *first = comparison->first;
  if (first == NULL || first->length > 0) return 1;
  if (comparison->path.failed != BUFFER_FINE) first->failed = BUFFER_NO_MEMORY;
  excerpt_append(first, comparison->path.bytes, comparison->path.length, EXCERPT_VALUE);
  buffer_puts(first, " is ");
  describe_value(first, sent);
  buffer_puts(first, " here, ");
  describe_value(first, recorded);
  buffer_puts(first, " there");
  return 1;
}

/* Compares what both have under a name, or an index if `name` is NULL. */
static size_t compare_at(struct comparison *comparison, const char *name, size_t length,
                         struct json_value recorded, struct json_value sent) {
  size_t before = comparison->path.length;
  if (comparison->first != NULL && name == NULL) {
    buffer_printf(&comparison->path, "[%zu]", length);
  } else if (comparison->first != NULL) {
    if (before > 0) buffer_putc(&comparison->path, '.');
    buffer_append(&comparison->path, name, length);
  }
  size_t count = json_exists(recorded) && json_exists(sent)
                     ? differences(comparison, recorded, sent)
                     : note(comparison, recorded, sent);
  comparison->path.length = before;
  return count;
}

/* `are_parameters`: the members are parameters of a query, of which some may be ignored. */
static size_t compare_objects(struct comparison *comparison, struct json_value recorded,
                              struct json_value sent, bool are_parameters) {
  size_t count = 0, length;
  struct json_value value;
  const char *name;
  struct json_iterator iterator = json_iterate(sent);
  while (json_next_member(&iterator, &name, &length, &value)) {
    if (are_parameters && is_ignored(comparison->ignored, name, length)) continue;
    if (counts(sent, name, length, value))
      count += compare_at(comparison, name, length, json_member_n(recorded, name, length), value);
  }
  iterator = json_iterate(recorded);
  while (json_next_member(&iterator, &name, &length, &value)) {
    if (are_parameters && is_ignored(comparison->ignored, name, length)) continue;
    if (counts(recorded, name, length, value) && !json_exists(json_member_n(sent, name, length)))
      count += compare_at(comparison, name, length, value, (struct json_value){NULL, 0});
  }
  return count;
}

static size_t compare_arrays(struct comparison *comparison, struct json_value recorded,
                             struct json_value sent) {
  size_t count = 0, index = 0;
  struct json_value a, b;
  struct json_iterator ours = json_iterate(recorded), theirs = json_iterate(sent);
  for (;; index++) {
    bool has_a = json_next_item(&ours, &a), has_b = json_next_item(&theirs, &b);
    if (!has_a && !has_b) return count;
    if (!has_a) a = (struct json_value){NULL, 0};
    if (!has_b) b = (struct json_value){NULL, 0};
    count += compare_at(comparison, NULL, index, a, b);
  }
}

/* Whether a number is the integer, exactly. */
static bool is_integer(struct json_content number, int64_t integer) {
  double least = (double)INT64_MIN;
  if (number.type == JSON_INTEGER) return number.as.integer == integer;
  return number.type == JSON_FLOAT && number.as.number >= least && number.as.number < -least &&
         number.as.number == (double)(int64_t)number.as.number &&
         (int64_t)number.as.number == integer;
}

/* The same for an integer beyond INT64_MAX. */
static bool is_unsigned(struct json_content number, uint64_t integer) {
  double least = -(double)INT64_MIN;
  if (number.type == JSON_UNSIGNED) return number.as.unsigned_integer == integer;
  return number.type == JSON_FLOAT && number.as.number >= least && number.as.number < 2 * least &&
         (uint64_t)number.as.number == integer;
}

static bool scalars_are_equal(struct json_content a, struct json_content b) {
  if (a.type == JSON_INTEGER) return is_integer(b, a.as.integer);
  if (b.type == JSON_INTEGER) return is_integer(a, b.as.integer);
  if (a.type == JSON_UNSIGNED) return is_unsigned(b, a.as.unsigned_integer);
  if (b.type == JSON_UNSIGNED) return is_unsigned(a, b.as.unsigned_integer);
  if (a.type != b.type) return false;
  if (a.type == JSON_FLOAT) return a.as.number == b.as.number;
  return a.type != JSON_STRING ||
         (a.length == b.length && memcmp(a.as.string, b.as.string, a.length) == 0);
}

/* Returns the number of values that differ. */
static size_t differences(struct comparison *comparison, struct json_value recorded,
                          struct json_value sent) {
  struct json_content a = json_content(recorded), b = json_content(sent);
  if (is_any(recorded)) return 0;
  if (a.type == JSON_OBJECT && b.type == JSON_OBJECT)
    return compare_objects(comparison, recorded, sent, false);
  if (a.type == JSON_ARRAY && b.type == JSON_ARRAY)
    return compare_arrays(comparison, recorded, sent);
  return scalars_are_equal(a, b) ? 0 : note(comparison, recorded, sent);
}

/* Compares the queries; a request without one has an empty one. */
static size_t compare_queries(struct comparison *comparison, struct json_value recorded,
                              struct json_value sent) {
  comparison->path.length = 0;
  if (comparison->first != NULL) buffer_puts(&comparison->path, "query");
  return compare_objects(comparison, recorded, sent, true);
}

/* Returns the weight of two paths that differ: the less, the longer they are the same. */
static size_t path_weight(struct json_content a, struct json_content b) {
  size_t same = 0;
  if (a.type != JSON_STRING || b.type != JSON_STRING) return WEIGHT_PATH;
  while (same < a.length && same < b.length && a.as.string[same] == b.as.string[same]) same++;
  return WEIGHT_PATH - (same < WEIGHT_PATH / 2 ? same : WEIGHT_PATH / 2);
}

/* Returns the weight of one difference in a member of two requests. */
static size_t weight_of(const char *member, struct json_value recorded, struct json_value sent) {
  return strcmp(member, "method") == 0  ? WEIGHT_METHOD
         : strcmp(member, "path") == 0  ? path_weight(json_content(recorded), json_content(sent))
         : strcmp(member, "query") == 0 ? WEIGHT_PARAMETER
                                        : 1;
}

size_t recorded_request_difference(struct json_value recorded, struct json_value sent,
                                   const struct buffer *ignored, struct buffer *first) {
  size_t total = 0;
  struct comparison comparison = {.ignored = ignored, .first = first};
  buffer_init(&comparison.path, (size_t)-1 / 4);
  for (size_t i = 0; i < MEMBERS; i++) {
    struct json_value a = json_member(recorded, members[i]), b = json_member(sent, members[i]);
    size_t count;
    comparison.path.length = 0;
    if (strcmp(members[i], "query") == 0)
      count = compare_queries(&comparison, a, b);
    else
      count = !json_exists(a) && !json_exists(b)
                  ? 0
                  : compare_at(&comparison, members[i], strlen(members[i]), a, b);
    total += count > 0 ? weight_of(members[i], a, b) * count : 0;
  }
  buffer_free(&comparison.path);
  return total;
}

/* ------------------------------------------------------------------ messages */

static void describe_text(struct buffer *out, struct json_value value) {
  struct json_content content = json_content(value);
  if (content.type == JSON_STRING)
    excerpt_append(out, content.as.string, content.length, EXCERPT_VALUE);
}

static void describe_parameter(struct buffer *out, const char *name, size_t length,
                               struct json_value value, const char *mark) {
  struct json_value item;
  if (json_type(value) == JSON_ARRAY) {
    for (struct json_iterator items = json_iterate(value); json_next_item(&items, &item);
         mark = "&")
      describe_parameter(out, name, length, item, mark);
    return;
  }
  buffer_puts(out, mark);
  excerpt_append(out, name, length, EXCERPT_VALUE);
  if (json_type(value) == JSON_NULL) return;
  buffer_putc(out, '=');
  describe_text(out, value);
}

void recorded_request_describe(struct json_value request, struct buffer *out) {
  struct json_iterator query = json_iterate(json_member(request, "query"));
  struct json_value value;
  const char *name, *mark = "?";
  size_t length;
  describe_text(out, json_member(request, "method"));
  buffer_putc(out, ' ');
  describe_text(out, json_member(request, "path"));
  for (; json_next_member(&query, &name, &length, &value); mark = "&")
    describe_parameter(out, name, length, value, mark);
}
