/*
** redirect.c: which redirects are followed, and to which URL.
*/
#include "http/redirect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/*
** Returns why the redirect to `target` is not followed, a format for the Location, and sets
** `error`. Returns NULL if it is followed. Sets errno to ENOMEM on out of memory.
*/
static const char *refusal_of(const struct redirect *redirect, const char *target,
                              enum error_kind *error) {
  *error = ERROR_PROTOCOL;
  if (target == NULL) return "redirect without a valid Location (%.200s)";
  bool too_many = redirect->followed >= REDIRECT_MAXIMUM;
  if (!too_many) *error = ERROR_REFUSED;
  if (!method_is_safe(redirect->method)) return "redirect of a write to %.200s blocked";
  if (url_compare_origin(redirect->base, target) == URL_OTHER)
    return "cross-origin redirect to %.200s blocked";
  return too_many ? "too many redirects, the last to %.200s" : NULL;
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
  if (lacks_memory) {
    *error = ERROR_REFUSED;
    buffer_puts(reason, ERROR_NO_MEMORY);
  } else {
    buffer_printf(reason, refusal != NULL ? refusal : "redirect to %.200s blocked: URL too long",
                  location != NULL ? location : "none");
  }
  return NULL;
}

const char *redirect_method(const struct redirect *redirect) {
  bool is_head = strcmp(redirect->method, "HEAD") == 0;
  return redirect->status == 303 && !is_head ? "GET" : redirect->method;
}
