/*
** wrong_names.c: names that people know from other libraries, and harnest's names for the same.
**
** Names that are only misspelt, or that end with the right one, need no line here; options.c finds
** those by itself.
*/
#include "lua/support/wrong_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define OPTION "option "
#define QUERY "query."

static const struct wrong_name {
  const char *prefix; /* of the usage error */
  const char *name;   /* in lower case, without _ and - */
  const char *meant;
} wrong_names[] = {
    {OPTION, "maxretries", "retries"},
    {OPTION, "maxattempts", "retries"},
    {OPTION, "baseurl", "url"},
    {OPTION, "baseuri", "url"},
    {OPTION, "host", "url"},
    {OPTION, "endpoint", "url"},
    {OPTION, "server", "url"},
    {OPTION, "apikey", "token or authorization"},
    {OPTION, "auth", "token or authorization"},
    {OPTION, "bearer", "token"},
    {OPTION, "user", "authorization = harnest.basic(user, password)"},
    {OPTION, "username", "authorization = harnest.basic(user, password)"},
    {OPTION, "password", "authorization = harnest.basic(user, password)"},
    {OPTION, "verify", "insecure"},
    {OPTION, "sslverify", "insecure"},
    {OPTION, "verifyssl", "insecure"},
    {OPTION, "cabundle", "ca_file"},
    {OPTION, "cert", "client_cert"},
    {OPTION, "cacert", "ca_file"},
    {OPTION, "proxyurl", "proxy"},
    {OPTION, "log", "debug"},
    {OPTION, "logger", "debug"},
    {OPTION, "verbose", "debug"},
    {OPTION, "ttl", "cache = {ttl = ...}"},
    {OPTION, "limit", "limit in the query of a call"},
    {OPTION, "pagesize", "page = {size = ...} in the query of a call"},
    {OPTION, "perpage", "page = {size = ...} in the query of a call"},
    {QUERY, "perpage", "page.size"},
    {QUERY, "orderby", "sort"},
    {QUERY, "order", "sort"},
    {QUERY, "select", "fields"},
    {QUERY, "where", "filter"},
    {QUERY, "expand", "include"},
};

/* Returns whether the name is `wanted` without its case, `_` and `-`. */
static bool is_like(const char *name, const char *wanted) {
  for (; *name != '\0'; name++) {
    if (*name == '_' || *name == '-') continue;
    if (tolower((unsigned char)*name) != *wanted) return false;
    wanted++;
  }
  return *wanted == '\0';
}

const char *wrong_name_meant(const char *prefix, const char *name) {
  for (size_t i = 0; i < sizeof wrong_names / sizeof *wrong_names; i++) {
    const struct wrong_name *wrong = &wrong_names[i];
    if (strcmp(prefix, wrong->prefix) == 0 && is_like(name, wrong->name)) return wrong->meant;
  }
  return NULL;
}
