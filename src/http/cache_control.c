/*
** cache_control.c: whether a response may be stored, and for how long it is fresh.
*/
#include "http/cache_control.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "http/response_headers.h"

#define CACHE_CONTROL_LONGEST_AGE 2147483648.0 /* seconds (RFC 9111, 1.2.2) */
#define CACHE_CONTROL_TEXT_MAXIMUM ((size_t)1 << 18)

/* One member of a list such as Cache-Control's: `name`, `name=value`, `name="value"`. */
struct member {
  const char *name, *value; /* value is NULL without `=` */
  size_t name_length, value_length;
};

static const char *skip_space(const char *at) {
  return at + strspn(at, " \t");
}

/* Reads a token or a quoted string, which stays escaped. Returns the position after it. */
static const char *read_value(const char *at, struct member *member) {
  bool quoted = *at == '"';
  if (quoted) at++;
  member->value = at;
  if (quoted)
    while (*at != '\0' && *at != '"') at += *at == '\\' && at[1] != '\0' ? 2 : 1;
  else
    at += strcspn(at, ", \t");
  member->value_length = (size_t)(at - member->value);
  return quoted && *at == '"' ? at + 1 : at;
}

/* Iterates over the members of a list. Returns false at the end. */
static bool next_member(const char **position, struct member *member) {
  const char *at = *position + strspn(*position, ", \t");
  *member = (struct member){.name = at};
  if (*at == '\0') return false;
  at += strcspn(at, "=, \t");
  member->name_length = (size_t)(at - member->name);
  at = skip_space(at);
  if (*at == '=') at = read_value(skip_space(at + 1), member);
  *position = at + strcspn(at, ",");
  return true;
}

static bool is_named(const struct member *member, const char *name) {
  return strlen(name) == member->name_length &&
         strncasecmp(member->name, name, member->name_length) == 0;
}

/* Returns the seconds of a text of digits. Any other text is 0, stale (RFC 9111, 4.2.1). */
static double read_seconds(const char *digits, size_t length) {
  double seconds = 0;
  for (size_t i = 0; i < length; i++) {
    if (digits[i] < '0' || digits[i] > '9') return 0;
    if (seconds < CACHE_CONTROL_LONGEST_AGE) seconds = seconds * 10 + (digits[i] - '0');
  }
  return seconds < CACHE_CONTROL_LONGEST_AGE ? seconds : CACHE_CONTROL_LONGEST_AGE;
}

struct control {
  bool no_store, no_cache, must_revalidate;
  double max_age; /* seconds; negative if absent. The first of several counts. */
};

/* Reads Cache-Control. Out of memory counts as no-store. */
static struct control read_control(const struct buffer *headers) {
  struct control control = {.max_age = -1};
  struct member member;
  struct buffer joined;
  buffer_init(&joined, CACHE_CONTROL_TEXT_MAXIMUM);
  const char *text = response_headers_join(headers, "cache-control", &joined);
  if (joined.failed != BUFFER_FINE) control.no_store = true;
  for (const char *at = text; at != NULL && next_member(&at, &member);) {
    if (is_named(&member, "no-store")) control.no_store = true;
    if (is_named(&member, "no-cache")) control.no_cache = true;
    if (is_named(&member, "must-revalidate")) control.must_revalidate = true;
    if (is_named(&member, "max-age") && control.max_age < 0)
      control.max_age = read_seconds(member.value, member.value_length);
  }
  buffer_free(&joined);
  return control;
}

/*
** Whether Vary has "*": the response depends on more than the request's fields. Those fields are a
** part of the cache's key, or the same for all requests of a client.
*/
static bool varies_by_anything(const struct buffer *headers) {
  bool varies = false;
  struct member member;
  struct buffer joined;
  buffer_init(&joined, CACHE_CONTROL_TEXT_MAXIMUM);
  const char *text = response_headers_join(headers, "vary", &joined);
  if (joined.failed != BUFFER_FINE) varies = true;
  for (const char *at = text; at != NULL && next_member(&at, &member);)
    varies = varies || is_named(&member, "*");
  buffer_free(&joined);
  return varies;
}

/* Returns the Unix time of a field; -1 if it is absent or no date. */
static time_t read_date(const struct buffer *headers, const char *name) {
  const char *value = response_headers_value(headers, name);
  return value != NULL ? curl_getdate(value, NULL) : -1;
}

/*
** Returns for how many seconds after its generation the response is fresh (RFC 9111, 4.2.1); `ttl`
** if the headers do not state it.
*/
static double freshness(const struct buffer *headers, const struct control *control, time_t now,
                        double ttl) {
  if (control->no_cache) return 0;
  if (control->max_age >= 0) return control->max_age;
  time_t expires = read_date(headers, "expires"), date = read_date(headers, "date");
  if (expires == -1) return cache_control_has(headers, "expires") ? 0 : ttl; /* no date: stale */
  double seconds = difftime(expires, date != -1 ? date : now);
  return seconds < CACHE_CONTROL_LONGEST_AGE ? seconds : CACHE_CONTROL_LONGEST_AGE;
}

bool cache_control_has(const struct buffer *headers, const char *name) {
  const char *value = response_headers_value(headers, name);
  return value != NULL && *value != '\0';
}

bool cache_control_has_validator(const struct buffer *headers) {
  return cache_control_has(headers, "etag") || cache_control_has(headers, "last-modified");
}

bool cache_control_may_store(const struct buffer *headers, time_t now, double ttl,
                             struct cache_lifetime *lifetime) {
  struct control control = read_control(headers);
  const char *age = response_headers_value(headers, "age");
  lifetime->seconds = freshness(headers, &control, now, ttl);
  if (age != NULL) lifetime->seconds -= read_seconds(age, strlen(age));
  lifetime->must_revalidate = control.no_cache || control.must_revalidate;
  return !control.no_store && !varies_by_anything(headers) &&
         (lifetime->seconds > 0 || cache_control_has_validator(headers));
}
