/*
** redirect.c: which redirects are followed, and to which URL.
*/
#include "http/redirect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "http/method.h"
#include "http/url.h"

bool redirect_is_status(long status) {
  switch (status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return true;
    default: return false;
  }
}

/* Whether paths and queries are equal but for a slash at the end of one path. */
static bool differ_by_slash(const char *a, const char *b) {
  size_t first = strcspn(a, "?"), second = strcspn(b, "?");
  if (strcmp(a + first, b + second) != 0) return false;
  const char *longer = first > second ? a : b;
  size_t shorter = first > second ? second : first;
  return first + second == shorter * 2 + 1 && longer[shorter] == '/' && memcmp(a, b, shorter) == 0;
}

/* As redirect_is_slash, for a resolved target. */
static bool is_slash(const struct redirect *redirect, const char *target) {
  if (url_compare_origin(redirect->base, target) == URL_OTHER) return false;
  char *own = url_on_origin(redirect->url, target);
  char *url = own != NULL ? url_on_origin(redirect->url, redirect->url) : NULL;
  bool is = url != NULL && differ_by_slash(url, own);
  free(own);
  free(url);
  return is;
}

bool redirect_is_slash(const struct redirect *redirect) {
  char *target = redirect->location != NULL ? url_resolve(redirect->url, redirect->location) : NULL;
  bool is = target != NULL && is_slash(redirect, target);
  free(target);
  return is;
}

/* Returns why the redirect of a write is not followed, as refusal_of; NULL if it is. */
static const char *write_refusal_of(const struct redirect *redirect, const char *target) {
  if (!is_slash(redirect, target)) return "redirect of a write to %s blocked";
  bool keeps_method = redirect->status == 307 || redirect->status == 308;
  if (!keeps_method)
    return "redirect of a write to %s blocked; send the write to a path or link with the slash "
           "as there";
  return redirect->followed > 0 ? "redirect of a write to %s blocked, after another one" : NULL;
}

/*
** Returns why the redirect to `target` is not followed, a format for the Location, and sets
** `error`. Returns NULL if it is followed. Sets errno to ENOMEM on out of memory.
*/
static const char *refusal_of(const struct redirect *redirect, const char *target,
                              enum error_kind *error) {
  *error = KIND_PROTOCOL;
  if (target == NULL) return "redirect without a valid Location (%s)";
  bool too_many = redirect->followed >= REDIRECT_MAXIMUM;
  if (!too_many) *error = KIND_REFUSED;
  if (!method_is_safe(redirect->method)) return write_refusal_of(redirect, target);
  if (url_compare_origin(redirect->base, target) == URL_OTHER)
    return "cross-origin redirect to %s blocked";
  return too_many ? "too many redirects, the last to %s" : NULL;
}

char *redirect_target(const struct redirect *redirect, enum error_kind *error,
                      struct buffer *reason) {
  const char *location = redirect->location;
  errno = 0;
  char *target = location != NULL ? url_resolve(redirect->url, location) : NULL;
  const char *refusal = refusal_of(redirect, target, error);
  char *own = refusal == NULL ? url_on_origin(redirect->base, target) : NULL;
  bool lacks_memory = errno == ENOMEM;
  free(target);
  if (own != NULL) return own;
  buffer_clear(reason);
  char shown[EXCERPT_SIZE(EXCERPT_VALUE)];
  if (location == NULL) location = "none";
  excerpt(shown, location, strlen(location), EXCERPT_VALUE);
  if (lacks_memory) {
    *error = KIND_REFUSED;
    buffer_puts(reason, ERROR_NO_MEMORY);
  } else {
    buffer_printf(reason, refusal != NULL ? refusal : "redirect to %s blocked: URL too long",
                  shown);
  }
  return NULL;
}

const char *redirect_method(const struct redirect *redirect) {
  bool is_head = strcmp(redirect->method, "HEAD") == 0;
  return redirect->status == 303 && !is_head ? "GET" : redirect->method;
}
