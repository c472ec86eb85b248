/*
** base_url_options.c: the base URL: by a URL, a company or a cassette.
*/
#include "lua/client/base_url_options.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/environment.h"
#include "http/url.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"
#include "lua/support/usage_error.h"

/* Raises unless the company's name can be a label of a host name. */
static void check_company(lua_State *L, const char *company) {
  size_t length = strlen(company);
  bool fine = length > 0 && length <= 63 && company[0] != '-' && company[length - 1] != '-';
  for (size_t i = 0; i < length; i++)
    fine = fine && (isalnum((unsigned char)company[i]) || company[i] == '-');
  if (!fine)
    options_refuse(L, "company",
                   "expected the name in https://NAME.api.harnest.io (letters, digits, -)");
}

#define NO_SERVER \
  "expected url or company (or HARNEST_URL or HARNEST_COMPANY in the environment), got neither"

/* Returns the reason if nothing names a server. */
static const char *no_server(const struct session *session) {
  const struct cassette *cassette = session->cassette;
  if (cassette != NULL && cassette->text.length == 0)
    return NO_SERVER
        "; the file of the cassette does not exist, so a server is needed to record it";
  if (session->in_nginx)
    return NO_SERVER
        "; nginx passes the variable only if nginx.conf has the line "
        "\"env HARNEST_URL;\" or \"env HARNEST_COMPANY;\"";
  return NO_SERVER;
}

/*
** Pushes the base URL that the options at `options`, the environment or else the cassette gives;
** raises if none does. [-0, +1, e]
*/
static void push_base(lua_State *L, const struct session *session, int options) {
  const struct cassette *cassette = session->cassette;
  const char *company = options_string(L, options, "company", NULL),
             *url = options_string(L, options, "url", NULL);
  if (company != NULL && url != NULL)
    options_refuse(L, "url", "expected either company or url, got both");
  if (company == NULL && url == NULL) {
    url = environment("HARNEST_URL");
    company = environment("HARNEST_COMPANY");
    if (company != NULL && url != NULL)
      options_refuse(L, "url",
                     "expected either HARNEST_URL or HARNEST_COMPANY in the environment, got both; "
                     "unset HARNEST_URL to use the company, or HARNEST_COMPANY to use the URL");
  }
  if (url != NULL) {
    lua_pushstring(L, url);
  } else if (company != NULL) {
    check_company(L, company);
    lua_pushfstring(L, "https://%s.api.harnest.io/v1/api", company);
  } else if (cassette != NULL && cassette->recorded_base_url != NULL) {
    lua_pushstring(L, cassette->recorded_base_url);
  } else {
    options_refuse(L, "url", no_server(session));
  }
}

void base_url_options_read(lua_State *L, struct session *session, int options, int keep) {
  if (session->base != NULL && !options_has(L, options, "company") &&
      !options_has(L, options, "url"))
    return;
  push_base(L, session, options);
  size_t length;
  const char *reason, *url = lua_tolstring(L, -1, &length);
  bool valid = url_valid(url, &reason);
  if (!valid && errno == ENOMEM) luaL_error(L, "not enough memory");
  if (!valid)
    usage_error_raise(L, "option url: expected an http or https URL, got one that %s", reason);
  if (strpbrk(url, "?#") != NULL)
    options_refuse(L, "url", "expected a base URL without a query or fragment");
  while (length > 0 && url[length - 1] == '/') length--;
  lua_pushlstring(L, url, length);
  session->base = options_keep(L, keep, "base");
  errno = 0;
  session->base_is_loopback = url_is_loopback(session->base);
  if (!session->base_is_loopback && errno == ENOMEM) luaL_error(L, "not enough memory");
  lua_pop(L, 1);
}

bool base_url_options_left(lua_State *L, const struct session *session, const char *base) {
  if (session->base == base) return false;
  errno = 0;
  enum url_origin origin = url_compare_origin(base, session->base);
  if (origin == URL_OTHER && errno == ENOMEM) luaL_error(L, "not enough memory");
  return origin != URL_SAME;
}
